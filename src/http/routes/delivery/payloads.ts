import { z } from 'zod'
import { erasePayload } from '../../../delivery/events/erase.ts'
import type { Hub } from '../../../hub.ts'
import { idField, instant } from '../../fields.ts'
import { route, type AnyRoute } from '../../route.ts'

/** Payloads of events, which may have to go before their time. */
export function payloadRoutes(hub: Hub): AnyRoute[] {
  return [
    route({
      tag: 'Events',
      method: 'DELETE',
      url: '/v1/events/:eventId/payload',
      access: 'events:write',
      summary: "Erase an event's payload",
      description:
        'The payload goes at once, and the answers of receivers with it, which may repeat it; the trail stays. What waits fails with the reason `payload_erased`. What is being sent just now may still arrive: `sending` says how many.',
      params: z.strictObject({ eventId: z.string() }),
      reply: z.strictObject({ id: idField('event'), payloadErasedAt: instant, sending: z.number().int() }),
      errors: ['EVENT_NOT_FOUND'],
      async handler({ params, caller }) {
        const erased = await erasePayload(hub, caller.apiKeyId, caller.workspaceId, params.eventId)
        return { ...erased, payloadErasedAt: erased.payloadErasedAt.toISOString() }
      },
    }),
  ]
}
