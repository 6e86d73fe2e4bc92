import { z } from 'zod'
import { findEventType, listEventTypes, type EventType } from '../../../delivery/events/types/event-type-store.ts'
import { eventTypePattern, isEventType } from '../../../delivery/events/types/event-types.ts'
import { registerEventType, removeEventType } from '../../../delivery/events/types/manage-event-types.ts'
import type { Hub } from '../../../hub.ts'
import { instant, jsonField } from '../../fields.ts'
import { page, pageAt, pageQuery, positionAt } from '../../pagination.ts'
import { route, type AnyRoute } from '../../route.ts'

const tag = 'Event types'
const url = '/v1/event-types'
const one = `${url}/:type`
const params = z.strictObject({
  type: z
    .string()
    .meta({ pattern: eventTypePattern.source, examples: ['invoice.paid'], description: 'The event type' }),
})

const fields = {
  description: z.string().max(2_000).nullable(),
  // What is in it is looked at when it is compiled.
  schema: z
    .record(z.string(), z.unknown())
    .nullable()
    .meta({
      description:
        "A [JSON Schema](https://json-schema.org) (2020-12) of the events' `data`, up to 64 KiB; null to take any",
      examples: [{ type: 'object', required: ['number'], properties: { number: { type: 'integer' } } }],
    }),
  deprecated: z.boolean().meta({ description: 'For those who read the catalogue; changes nothing' }),
}

const shape = z
  .strictObject({
    type: z.string().meta({ examples: ['invoice.paid'] }),
    description: fields.description,
    schema: z.record(z.string(), jsonField).nullable(),
    deprecated: fields.deprecated,
    createdAt: instant,
    updatedAt: instant,
  })
  .meta({ id: 'EventType' })

/** The catalogue of a workspace's event types. Types that are not in it may be published too. */
export function eventTypeRoutes(hub: Hub): AnyRoute[] {
  return [
    route({
      tag,
      method: 'PUT',
      url: one,
      access: 'event-types:write',
      summary: 'Register an event type, or replace it',
      description:
        'With a `schema`, events of this type whose data does not fit are refused with `EVENT_SCHEMA_MISMATCH`, from this answer on. `format` and annotations are not enforced; patterns are those of RE2; references lead into the schema itself.',
      params,
      body: z.strictObject({
        description: fields.description.default(null),
        schema: fields.schema.default(null),
        deprecated: fields.deprecated.default(false),
      }),
      reply: shape,
      errors: ['CONFLICT'],
      handler: async ({ params: { type }, body, caller }) =>
        show(await registerEventType(hub, caller.apiKeyId, caller.workspaceId, type, body)),
    }),
    route({
      tag,
      method: 'GET',
      url,
      access: 'event-types:read',
      summary: 'List event types',
      description: 'By name.',
      query: pageQuery,
      reply: page(shape),
      errors: ['INVALID_CURSOR'],
      async handler({ query: { limit, cursor }, caller }) {
        const list = { after: positionAt(cursor, isEventType), limit: limit + 1 }
        const rows = await listEventTypes(hub.db, caller.workspaceId, list)
        return pageAt(rows, limit, show, row => ({ id: row.type }))
      },
    }),
    route({
      tag,
      method: 'GET',
      url: one,
      access: 'event-types:read',
      summary: 'Get an event type',
      params,
      reply: shape,
      errors: ['EVENT_TYPE_NOT_FOUND'],
      handler: async ({ params: { type }, caller }) => show(await findEventType(hub.db, caller.workspaceId, type)),
    }),
    route({
      tag,
      method: 'DELETE',
      url: one,
      access: 'event-types:write',
      summary: 'Delete an event type',
      description: 'Events of this type can still be published, unchecked.',
      params,
      status: 204,
      reply: z.undefined(),
      errors: ['EVENT_TYPE_NOT_FOUND'],
      handler: ({ params: { type }, caller }) =>
        removeEventType(hub, caller.apiKeyId, caller.workspaceId, type).then(() => undefined),
    }),
  ]
}

function show(eventType: EventType): z.output<typeof shape> {
  const { createdAt, updatedAt, ...shown } = eventType
  return {
    ...shown,
    schema: shown.schema as z.output<typeof shape>['schema'],
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  }
}
