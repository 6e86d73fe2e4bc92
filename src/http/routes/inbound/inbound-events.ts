import { z } from 'zod'
import type { Hub } from '../../../hub.ts'
import { findInboundEvent, listInboundEvents, replayInboundEvent, type InboundEvent } from '../../../inbound/store.ts'
import { JsonText } from '../../../json/json-text.ts'
import { textOf } from '../../../json/text-of.ts'
import { idField, instant, instantFrom } from '../../fields.ts'
import { page, pageOf, pageQuery, positionAt } from '../../pagination.ts'
import { route, type AnyRoute } from '../../route.ts'

const status = z.enum(['received', 'routed', 'unmatched', 'failed'])

const inboundEvent = z
  .strictObject({
    id: idField('inboundEvent'),
    provider: z.string(),
    providerAppId: z.string().nullable().meta({ description: "Null for the environment's app" }),
    connectionId: z.string().nullable(),
    addressId: z.string().nullable().meta({ description: 'The address of one connection that it came to' }),
    sourceId: z
      .string()
      .nullable()
      .meta({ description: 'The source of your own that it came from; `provider` is its slug' }),
    accountId: z.string().nullable().meta({ description: "The provider's id of the account it is about" }),
    type: z.string(),
    deliveryId: z.string().meta({ description: "The provider's id of it, or the hash of its content" }),
    status: status.meta({
      description:
        '`unmatched`: no connection to that account was made with this app; `failed`: given up, see `errorCode`',
    }),
    errorCode: z.string().nullable(),
    receivedAt: instant,
    handledAt: instant.nullable(),
  })
  .meta({ id: 'InboundEvent' })

const inboundEventWithPayload = inboundEvent
  .extend({
    headers: z.record(z.string(), z.string()),
    payload: z.unknown(),
    rawBody: z.base64().meta({ description: 'The same bytes as they came, in base64' }),
  })
  .meta({ id: 'InboundEventWithPayload' })

const params = z.strictObject({ inboundEventId: z.string() })

/** What providers have sent, and what became of it. */
export function inboundEventsRoutes(hub: Hub): AnyRoute[] {
  return [
    route({
      method: 'GET',
      url: '/v1/inbound-events',
      summary: 'List what providers have sent',
      tag: 'Inbound events',
      access: 'inbound:read',
      query: pageQuery.extend({
        provider: z.string().optional(),
        status: status.optional(),
        connectionId: z.string().optional(),
        type: z.string().optional(),
        sourceId: z.string().optional().meta({ description: 'Only those from this source' }),
        receivedAfter: instant.optional().meta({ description: 'Only those that arrived at this instant or later' }),
        receivedBefore: instant.optional().meta({ description: 'Only those that arrived before this instant' }),
      }),
      reply: page(inboundEvent),
      async handler({ caller, query: { limit, cursor, ...filter } }) {
        const after = positionAt(cursor, 'inboundEvent')
        const { receivedAfter, receivedBefore, ...rest } = filter
        const range = { receivedAfter: instantFrom(receivedAfter), receivedBefore: instantFrom(receivedBefore) }
        const list = { ...rest, ...range, after, limit: limit + 1 }
        const events = await listInboundEvents(hub.db, caller.workspaceId, list)
        return pageOf(events, limit, shown)
      },
    }),
    route({
      method: 'GET',
      url: '/v1/inbound-events/:inboundEventId',
      summary: 'Get one, with its payload',
      tag: 'Inbound events',
      access: 'inbound:read',
      params,
      reply: inboundEventWithPayload,
      errors: ['INBOUND_EVENT_NOT_FOUND'],
      async handler({ caller, params: { inboundEventId } }) {
        const { headers, body, ...event } = await findInboundEvent(hub.db, caller.workspaceId, inboundEventId)
        return { ...shown(event), headers, payload: new JsonText(textOf(body)), rawBody: body.toString('base64') }
      },
    }),
    route({
      method: 'POST',
      url: '/v1/inbound-events/:inboundEventId/replay',
      summary: 'Route one again',
      description: 'Looks for its connections once more, publishes its events again and starts their syncs.',
      tag: 'Inbound events',
      access: 'inbound:write',
      params,
      status: 202,
      reply: inboundEvent,
      idempotent: true,
      errors: ['INBOUND_EVENT_NOT_FOUND'],
      async handler({ caller, params: { inboundEventId } }) {
        return shown(await replayInboundEvent(hub, caller.workspaceId, inboundEventId, caller.apiKeyId))
      },
    }),
  ]
}

function shown(event: InboundEvent): z.output<typeof inboundEvent> {
  return {
    ...event,
    receivedAt: event.receivedAt.toISOString(),
    handledAt: event.handledAt?.toISOString() ?? null,
  }
}
