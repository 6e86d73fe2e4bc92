import { z } from 'zod'
import { cancelDelivery, cancelEvent, cancelWaiting } from '../../../delivery/by-hand/cancel.ts'
import { findEndpoint } from '../../../delivery/endpoints/endpoint-store.ts'
import { HubError } from '../../../errors.ts'
import type { Hub } from '../../../hub.ts'
import { cursorAt, positionAt } from '../../pagination.ts'
import { route, type AnyRoute } from '../../route.ts'
import { delivery, show as showDelivery } from './deliveries.ts'

const cancelled = z.strictObject({
  cancelled: z.number().int(),
  sending: z.number().int().meta({ description: 'Those that are being sent just now, which nobody can call back' }),
})

/** What waits and is not to be sent any more. */
export function cancelRoutes(hub: Hub): AnyRoute[] {
  return [
    route({
      tag: 'Deliveries',
      method: 'POST',
      url: '/v1/deliveries/:deliveryId/cancel',
      access: 'events:write',
      summary: 'Cancel a delivery that waits',
      description:
        'It ends as `cancelled`, and can be sent again later. What is being sent just now is `DELIVERY_BUSY`.',
      params: z.strictObject({ deliveryId: z.string() }),
      reply: delivery,
      errors: ['DELIVERY_NOT_FOUND', 'DELIVERY_BUSY', 'CONFLICT'],
      handler: async ({ params, caller }) =>
        showDelivery(await cancelDelivery(hub, caller.apiKeyId, caller.workspaceId, params.deliveryId)),
    }),
    route({
      tag: 'Events',
      method: 'POST',
      url: '/v1/events/:eventId/cancel',
      access: 'events:write',
      summary: 'Cancel what waits of an event',
      description: 'A scheduled event, for one. Up to 10,000 deliveries a call; `more` tells to call again.',
      params: z.strictObject({ eventId: z.string() }),
      reply: cancelled.extend({ more: z.boolean() }),
      errors: ['EVENT_NOT_FOUND'],
      handler: ({ params, caller }) => cancelEvent(hub, caller.apiKeyId, caller.workspaceId, params.eventId),
    }),
    route({
      tag: 'Deliveries',
      method: 'POST',
      url: '/v1/deliveries/cancel',
      access: 'events:write',
      summary: 'Cancel what waits, by endpoint or type',
      description:
        'Up to 10,000 deliveries a call. With `more`, call again with `nextCursor` as `cursor` and the same filter.',
      body: z
        .strictObject({
          endpointId: z.string().max(64).optional(),
          type: z.string().min(1).max(128).optional(),
          cursor: z.string().max(1024).optional(),
        })
        .refine(body => body.endpointId !== undefined || body.type !== undefined, 'endpointId or type must be given'),
      reply: cancelled.extend({ more: z.boolean(), nextCursor: z.string().nullable() }),
      errors: ['ENDPOINT_NOT_FOUND', 'INVALID_CURSOR'],
      async handler({ body: { cursor, ...filter }, caller: { workspaceId, apiKeyId } }) {
        if (filter.endpointId !== undefined) await findEndpoint(hub.db, workspaceId, filter.endpointId)
        const { next, ...done } = await cancelWaiting(hub, apiKeyId, workspaceId, filter, positionOf(cursor))
        const nextCursor = next ? cursorAt({ id: next.id, sort: next.endpointId }) : null
        return { ...done, more: next !== undefined, nextCursor }
      },
    }),
  ]
}

function positionOf(cursor: string | undefined) {
  const position = positionAt(cursor, 'delivery', 'string')
  if (!position) return undefined
  if (typeof position.sort !== 'string') throw new HubError('INVALID_CURSOR')
  return { id: position.id, endpointId: position.sort }
}
