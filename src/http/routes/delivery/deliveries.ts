import { z } from 'zod'
import { listDeliveries } from '../../../delivery/log/delivery-list.ts'
import { attemptsOf } from '../../../delivery/log/attempt-log.ts'
import { findDelivery } from '../../../delivery/log/delivery-log.ts'
import { finishedStatuses, waitingStatuses, type Delivery } from '../../../delivery/log/delivery-rows.ts'
import { waitReasons, waitsFor } from '../../../delivery/log/waits-for.ts'
import { resendDelivery } from '../../../delivery/by-hand/resend.ts'
import type { Hub } from '../../../hub.ts'
import { idField, instant, instantFrom } from '../../fields.ts'
import { cursorAt, page, pageQuery, positionAt } from '../../pagination.ts'
import { route, type AnyRoute } from '../../route.ts'
import { showWholeAttempt, wholeAttempt } from './attempt-schema.ts'

const tag = 'Deliveries'
const params = z.strictObject({ deliveryId: z.string() })
const status = z.enum([...waitingStatuses, ...finishedStatuses]).meta({
  description: '`held`: it waits for its endpoint, which is recovering, paused or slow',
})
export const delivery = z
  .strictObject({
    id: idField('delivery'),
    endpointId: idField('endpoint'),
    eventId: idField('event'),
    type: z.string(),
    status,
    reason: z
      .string()
      .nullable()
      .meta({ examples: ['exhausted', 'endpoint_disabled'] }),
    attempts: z.number().int(),
    error: z
      .string()
      .nullable()
      .meta({ description: "The last attempt's error", examples: ['status 503'] }),
    createdAt: instant,
    nextAttemptAt: instant.nullable(),
    finishedAt: instant.nullable(),
  })
  .meta({ id: 'Delivery' })

/** Events on their way to endpoints, and what came of them. */
export function deliveryRoutes(hub: Hub): AnyRoute[] {
  return [
    route({
      tag,
      method: 'GET',
      url: '/v1/deliveries',
      access: 'events:read',
      summary: 'List deliveries',
      description:
        'By the instant of their events, newest first. Where few among many are wanted a page may be shorter than asked for, even empty: the list goes on as long as there is a `nextCursor`.',
      query: pageQuery.extend({
        endpointId: z.string().optional(),
        status: status.optional(),
        eventId: z.string().optional(),
        type: z.string().max(128).optional(),
        after: instant.optional().meta({ description: 'Of events published at this instant or later' }),
        before: instant.optional().meta({ description: 'Of events published before this instant' }),
      }),
      reply: page(delivery),
      errors: ['INVALID_CURSOR', 'EVENT_NOT_FOUND'],
      async handler({ query: { limit, cursor, after, before, ...filter }, caller }) {
        const period = { after: instantFrom(after), before: instantFrom(before) }
        const behind = positionAt(cursor, 'delivery')?.id
        const found = await listDeliveries(hub, caller.workspaceId, { ...filter, ...period }, { behind, limit })
        return { data: found.deliveries.map(show), nextCursor: found.next && cursorAt({ id: found.next }) }
      },
    }),
    route({
      tag,
      method: 'GET',
      url: '/v1/deliveries/:deliveryId',
      access: 'events:read',
      summary: 'Get a delivery',
      params,
      reply: delivery.extend({
        lastAttempt: wholeAttempt.nullable().meta({ description: 'What was sent last, and what came of it' }),
        waitsFor: z
          .strictObject({ reason: z.enum(waitReasons), until: instant.nullable() })
          .nullable()
          .meta({
            description:
              'What it waits for beside its next attempt, and when that is looked at again: its endpoint, which is paused, recovering or taking what waited oldest first; or the network, while no endpoint can be reached and all deliveries pause',
          }),
      }),
      errors: ['DELIVERY_NOT_FOUND'],
      async handler({ params: { deliveryId }, caller }) {
        const found = await findDelivery(hub, caller.workspaceId, deliveryId)
        const last = (await attemptsOf(hub, caller.workspaceId, found)).at(-1)
        const wait = await waitsFor(hub, caller.workspaceId, found)
        return {
          ...show(found),
          lastAttempt: last ? showWholeAttempt(last) : null,
          waitsFor: wait ? { ...wait, until: wait.until?.toISOString() ?? null } : null,
        }
      },
    }),
    route({
      tag,
      method: 'POST',
      url: '/v1/deliveries/:deliveryId/resend',
      access: 'events:write',
      summary: 'Send a delivery again',
      description: 'Now, and with the retry schedule from its beginning. The `webhook-id` stays the same.',
      params,
      status: 202,
      reply: delivery,
      idempotent: true,
      errors: ['DELIVERY_NOT_FOUND', 'DELIVERY_BUSY', 'PAYLOAD_GONE', 'CONFLICT'],
      handler: async ({ params: { deliveryId }, caller }) =>
        show(await resendDelivery(hub, caller.apiKeyId, caller.workspaceId, deliveryId)),
    }),
  ]
}

/** A delivery as the API shows it. */
export function show(found: Delivery): z.output<typeof delivery> {
  return {
    ...found,
    createdAt: found.createdAt.toISOString(),
    nextAttemptAt: found.nextAttemptAt?.toISOString() ?? null,
    finishedAt: found.finishedAt?.toISOString() ?? null,
  }
}
