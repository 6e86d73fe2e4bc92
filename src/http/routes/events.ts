import { z } from 'zod'
import { findEvent, listEvents, type StoredEvent } from '../../delivery/event-store.ts'
import { publishEvents } from '../../delivery/publish.ts'
import type { Hub } from '../../hub.ts'
import { idField, instant } from '../fields.ts'
import { page, pageOf, pageQuery, positionAt } from '../pagination.ts'
import { route, type AnyRoute } from '../route.ts'

const bulkLimit = 8 * 1024 * 1024
const tag = 'Events'

const newEvent = z.strictObject({
  type: z
    .string()
    .min(1)
    .max(128)
    .meta({ description: 'Words joined by dots', examples: ['invoice.paid'] }),
  data: z.unknown().meta({ description: 'What the event tells; any JSON, up to 1 MiB' }),
  eventId: z
    .string()
    .min(1)
    .max(255)
    .regex(/^[\x21-\x7e]+$/, 'Visible ASCII characters')
    .optional()
    .meta({ description: 'Your own id for it: a repeat within 7 days answers with the first result' }),
})
const published = z.strictObject({
  id: idField('event').meta({ description: 'Also the `webhook-id` that receivers see' }),
  repeated: z.boolean().meta({ description: 'Whether this `eventId` was published before' }),
})
const event = z.strictObject({
  id: idField('event'),
  type: z.string(),
  eventId: z.string().nullable(),
  size: z.number().int().meta({ description: 'Bytes of its payload' }),
  publishedAt: instant,
})

/** Events: published by the product, delivered to the endpoints that subscribe to their type. */
export function eventRoutes(hub: Hub): AnyRoute[] {
  return [
    route({
      tag,
      method: 'POST',
      url: '/v1/events',
      access: 'events:write',
      summary: 'Publish one event, or up to 1,000',
      description:
        'Answers 202 once they are stored: from then on they are delivered, at least once. Several are published together or not at all.',
      body: z.union([newEvent, z.strictObject({ events: z.array(newEvent).min(1).max(1_000) })]),
      bodyLimit: bulkLimit,
      status: 202,
      reply: z.union([published, z.strictObject({ data: z.array(published) })]),
      idempotent: true,
      errors: ['BODY_TOO_LARGE', 'EVENT_ID_CONFLICT'],
      async handler({ body, caller }) {
        if ('events' in body) return { data: await publishEvents(hub, hub.db, caller.workspaceId, body.events) }
        return (await publishEvents(hub, hub.db, caller.workspaceId, [body]))[0]!
      },
    }),
    route({
      tag,
      method: 'GET',
      url: '/v1/events',
      access: 'events:read',
      summary: 'List events',
      query: pageQuery.extend({ type: z.string().max(128).optional() }),
      reply: page(event),
      errors: ['INVALID_CURSOR'],
      async handler({ query: { limit, cursor, type }, caller }) {
        const list = { after: positionAt(cursor, 'event'), limit: limit + 1, type }
        return pageOf(await listEvents(hub.db, caller.workspaceId, list), limit, show)
      },
    }),
    route({
      tag,
      method: 'GET',
      url: '/v1/events/:eventId',
      access: 'events:read',
      summary: 'Get an event, with its payload',
      params: z.strictObject({ eventId: z.string() }),
      reply: event.extend({
        payload: z.unknown().meta({ description: 'The body as it is delivered; null when it is no longer kept' }),
      }),
      errors: ['EVENT_NOT_FOUND'],
      async handler({ params, caller }) {
        const found = await findEvent(hub.db, caller.workspaceId, params.eventId)
        const payload = found.body === null ? null : (JSON.parse(found.body.toString()) as unknown)
        return { ...show(found), payload }
      },
    }),
  ]
}

function show({ id, type, eventId, size, publishedAt }: StoredEvent): z.output<typeof event> {
  return { id, type, eventId, size, publishedAt: publishedAt.toISOString() }
}
