import { z } from 'zod'
import {
  attemptsOf,
  findDelivery,
  finishedStatuses,
  listDeliveries,
  waitingStatuses,
  type Attempt,
  type Delivery,
} from '../../delivery/delivery-log.ts'
import { resendDelivery } from '../../delivery/resend.ts'
import type { Hub } from '../../hub.ts'
import { idField, instant } from '../fields.ts'
import { page, pageOf, pageQuery, positionAt } from '../pagination.ts'
import { route, type AnyRoute } from '../route.ts'

const tag = 'Deliveries'
const params = z.strictObject({ deliveryId: z.string() })
const status = z.enum([...waitingStatuses, ...finishedStatuses]).meta({
  description: '`held`: it waits for its endpoint, which is recovering, paused or slow',
})
const delivery = z.strictObject({
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
const attempt = z.strictObject({
  number: z.number().int(),
  sentAt: instant,
  durationMs: z.number().int(),
  statusCode: z.number().int().nullable(),
  error: z.string().nullable().meta({
    description: '`dns`, `connect`, `tls`, `timeout`, `reset`, `blocked`, or `status` and the status',
  }),
  answer: z.string().nullable().meta({ description: "The first 16 KiB of the answer's body" }),
  worker: z.string(),
})

/** Events on their way to endpoints, and what came of them. */
export function deliveryRoutes(hub: Hub): AnyRoute[] {
  return [
    route({
      tag,
      method: 'GET',
      url: '/v1/deliveries',
      access: 'events:read',
      summary: 'List deliveries',
      query: pageQuery.extend({
        endpointId: z.string().optional(),
        status: status.optional(),
        eventId: z.string().optional(),
        type: z.string().max(128).optional(),
      }),
      reply: page(delivery),
      errors: ['INVALID_CURSOR', 'EVENT_NOT_FOUND'],
      async handler({ query: { limit, cursor, ...filter }, caller }) {
        const after = positionAt(cursor, 'delivery')
        return pageOf(await listDeliveries(hub, caller.workspaceId, filter, { after, limit: limit + 1 }), limit, show)
      },
    }),
    route({
      tag,
      method: 'GET',
      url: '/v1/deliveries/:deliveryId',
      access: 'events:read',
      summary: 'Get a delivery',
      params,
      reply: delivery,
      errors: ['DELIVERY_NOT_FOUND'],
      handler: async ({ params: { deliveryId }, caller }) =>
        show(await findDelivery(hub, caller.workspaceId, deliveryId)),
    }),
    route({
      tag,
      method: 'GET',
      url: '/v1/deliveries/:deliveryId/attempts',
      access: 'events:read',
      summary: 'List the attempts of a delivery',
      params,
      reply: z.strictObject({ data: z.array(attempt) }),
      errors: ['DELIVERY_NOT_FOUND'],
      async handler({ params: { deliveryId }, caller }) {
        await findDelivery(hub, caller.workspaceId, deliveryId)
        return { data: (await attemptsOf(hub, caller.workspaceId, deliveryId)).map(showAttempt) }
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
      errors: ['DELIVERY_NOT_FOUND', 'CONFLICT'],
      handler: async ({ params: { deliveryId }, caller }) =>
        show(await resendDelivery(hub, caller.workspaceId, deliveryId)),
    }),
  ]
}

function show(found: Delivery): z.output<typeof delivery> {
  return {
    ...found,
    createdAt: found.createdAt.toISOString(),
    nextAttemptAt: found.nextAttemptAt?.toISOString() ?? null,
    finishedAt: found.finishedAt?.toISOString() ?? null,
  }
}

function showAttempt(found: Attempt): z.output<typeof attempt> {
  return { ...found, sentAt: found.sentAt.toISOString(), answer: found.answer?.toString() ?? null }
}
