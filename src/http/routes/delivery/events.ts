import { z } from 'zod'
import { findEvent, listEvents, type StoredEvent } from '../../../delivery/events/event-store.ts'
import { eventTypePattern } from '../../../delivery/events/types/event-types.ts'
import { mostChannels, namePattern, type NewEvent } from '../../../delivery/events/payload.ts'
import { publishForWorkspace } from '../../../delivery/events/publish.ts'
import type { Hub } from '../../../hub.ts'
import { JsonText } from '../../../json/json-text.ts'
import { each, slicesAt, type SlicePath } from '../../../json/slices.ts'
import { bodyText } from '../../body.ts'
import { idField, instant } from '../../fields.ts'
import { page, pageOf, pageQuery, positionAt } from '../../pagination.ts'
import { route, type AnyRoute } from '../../route.ts'

const bulkLimit = 8 * 1024 * 1024
const tag = 'Events'
const oneData: SlicePath = ['data']
const eachData: SlicePath = ['events', each, 'data']
const visible = '1 to 128 visible ASCII characters'

const newEvent = z
  .strictObject({
    type: z
      .string()
      .min(1)
      .max(128)
      .meta({ description: 'Words joined by dots', examples: ['invoice.paid'], pattern: eventTypePattern.source }),
    data: z
      .unknown()
      .meta({ description: 'What the event tells; any JSON, up to 1 MiB, delivered as it is written here' }),
    eventId: z
      .string()
      .min(1)
      .max(255)
      .regex(/^[\x21-\x7e]+$/, 'Visible ASCII characters')
      .optional()
      .meta({ description: 'Your own id for it: a repeat within 7 days answers with the first result' }),
    channels: z
      .array(z.string().regex(namePattern, visible))
      .max(mostChannels)
      .optional()
      .meta({
        description: 'What it is about: endpoints with channels of their own get only events in one of these',
        examples: [['customer:42']],
      }),
    orderingKey: z
      .string()
      .regex(namePattern, visible)
      .optional()
      .meta({ description: 'Ordered endpoints get events with one key one after the other, as they were published' }),
    deliverAt: instant
      .optional()
      .meta({ description: 'Not to be delivered before; at most 26 days ahead where payloads are kept for 30 days' }),
  })
  .meta({ id: 'NewEvent' })
type NewEventBody = z.output<typeof newEvent>
const published = z
  .strictObject({
    id: idField('event').meta({ description: 'Also the `webhook-id` that receivers see' }),
    repeated: z.boolean().meta({ description: 'Whether this `eventId` was published before' }),
  })
  .meta({ id: 'PublishedEvent' })
const shape = z.strictObject({
  id: idField('event'),
  type: z.string(),
  eventId: z.string().nullable(),
  channels: z.array(z.string()),
  orderingKey: z.string().nullable(),
  deliverAt: instant.nullable().meta({ description: 'When it is delivered, where it was scheduled' }),
  size: z.number().int().meta({ description: 'Bytes of its payload' }),
  publishedAt: instant,
})
const event = shape.meta({ id: 'Event' })

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
      passedOn: [oneData, eachData],
      bodyLimit: bulkLimit,
      status: 202,
      reply: z.union([published, z.strictObject({ data: z.array(published) })]),
      idempotent: true,
      errors: ['BODY_TOO_LARGE', 'EVENT_ID_CONFLICT', 'EVENT_SCHEMA_MISMATCH'],
      async handler({ body, caller, request }) {
        const several = 'events' in body
        const texts = slicesAt(bodyText(request), several ? eachData : oneData)
        const events = (several ? body.events : [body]).map((event, index) => eventOf(event, texts[index]!))
        const data = await publishForWorkspace(hub, caller.workspaceId, events)
        return several ? { data } : data[0]!
      },
    }),
    route({
      tag,
      method: 'GET',
      url: '/v1/events',
      access: 'events:read',
      summary: 'List events',
      description: 'Newest first.',
      query: pageQuery.extend({
        type: z.string().max(128).optional(),
        after: instant.optional().meta({ description: 'Only what was published at this instant or later' }),
        before: instant.optional().meta({ description: 'Only what was published before this instant' }),
      }),
      reply: page(event),
      errors: ['INVALID_CURSOR'],
      async handler({ query: { limit, cursor, type, after, before }, caller }) {
        const list = {
          after: positionAt(cursor, 'event'),
          limit: limit + 1,
          type,
          from: after === undefined ? undefined : new Date(after),
          to: before === undefined ? undefined : new Date(before),
        }
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
      reply: shape.extend({
        payload: z.unknown().meta({ description: 'The body as it is delivered; null when it is no longer kept' }),
        payloadErasedAt: instant.nullable().meta({ description: 'When it was erased by hand' }),
      }),
      errors: ['EVENT_NOT_FOUND'],
      async handler({ params, caller }) {
        const found = await findEvent(hub.db, caller.workspaceId, params.eventId)
        const payload = found.body && new JsonText(found.body.toString())
        return { ...show(found), payload, payloadErasedAt: found.payloadErasedAt?.toISOString() ?? null }
      },
    }),
  ]
}

/** Its data goes out as it was written: digits, escapes, order of members, spaces. */
function eventOf({ deliverAt, ...event }: NewEventBody, json: string): NewEvent {
  return { ...event, json, ...(deliverAt === undefined ? {} : { deliverAt: new Date(deliverAt) }) }
}

function show(event: StoredEvent): z.output<typeof shape> {
  return {
    id: event.id,
    type: event.type,
    eventId: event.eventId,
    channels: event.channels,
    orderingKey: event.orderingKey,
    deliverAt: event.deliverAt?.toISOString() ?? null,
    size: event.size,
    publishedAt: event.publishedAt.toISOString(),
  }
}
