import { z } from 'zod'
import { attemptsOf, listAttempts, type ListedAttempt } from '../../../delivery/log/attempt-log.ts'
import { findDelivery } from '../../../delivery/log/delivery-log.ts'
import { HubError } from '../../../errors.ts'
import type { Hub } from '../../../hub.ts'
import { idField, instant, instantFrom } from '../../fields.ts'
import { cursorAt, page, pageQuery, positionAt } from '../../pagination.ts'
import { route, type AnyRoute } from '../../route.ts'
import { attemptFields, showAttempt, showWholeAttempt, wholeAttempt } from './attempt-schema.ts'

const listed = z
  .strictObject({
    deliveryId: idField('delivery'),
    eventId: idField('event').nullable(),
    type: z.string().nullable(),
    ...attemptFields,
  })
  .meta({ id: 'ListedAttempt' })

/** The POSTs that were made. */
export function attemptRoutes(hub: Hub): AnyRoute[] {
  return [
    route({
      tag: 'Deliveries',
      method: 'GET',
      url: '/v1/deliveries/:deliveryId/attempts',
      access: 'events:read',
      summary: 'List the attempts of a delivery',
      params: z.strictObject({ deliveryId: z.string() }),
      reply: z.strictObject({ data: z.array(wholeAttempt) }),
      errors: ['DELIVERY_NOT_FOUND'],
      async handler({ params: { deliveryId }, caller }) {
        const delivery = await findDelivery(hub, caller.workspaceId, deliveryId)
        return { data: (await attemptsOf(hub, caller.workspaceId, delivery)).map(showWholeAttempt) }
      },
    }),
    route({
      tag: 'Endpoints',
      method: 'GET',
      url: '/v1/endpoints/:endpointId/attempts',
      access: 'events:read',
      summary: 'List the attempts at an endpoint',
      description:
        'By the instant of their events, newest first, and those of one delivery last one first. What was sent and answered is with the attempts of the delivery. A page may be shorter than asked for: the list goes on as long as there is a `nextCursor`.',
      params: z.strictObject({ endpointId: z.string() }),
      query: pageQuery.extend({
        status: z.enum(['succeeded', 'failed']).optional(),
        after: instant.optional().meta({ description: 'Of events published at this instant or later' }),
        before: instant.optional().meta({ description: 'Of events published before this instant' }),
      }),
      reply: page(listed),
      errors: ['INVALID_CURSOR', 'ENDPOINT_NOT_FOUND'],
      async handler({ params: { endpointId }, query: { limit, cursor, status, after, before }, caller }) {
        const filter = { status, after: instantFrom(after), before: instantFrom(before) }
        const behind = attemptAt(cursor)
        const found = await listAttempts(hub, caller.workspaceId, endpointId, filter, { behind, limit })
        const nextCursor = found.next && cursorAt({ id: found.next.deliveryId, sort: found.next.number })
        return { data: found.attempts.map(showListed), nextCursor }
      },
    }),
  ]
}

function attemptAt(cursor: string | undefined) {
  const position = positionAt(cursor, 'delivery', 'number')
  if (!position) return undefined
  const number = position.sort as number
  if (!Number.isInteger(number) || number < 0 || number > 32_767) throw new HubError('INVALID_CURSOR')
  return { deliveryId: position.id, number }
}

function showListed(found: ListedAttempt): z.output<typeof listed> {
  const { deliveryId, eventId, type } = found
  return { deliveryId, eventId, type, ...showAttempt(found) }
}
