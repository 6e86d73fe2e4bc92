import { z } from 'zod'
import type { Endpoint } from '../../../delivery/endpoints/endpoint-store.ts'
import { namePattern } from '../../../delivery/events/payload.ts'
import { idField, instant, jsonField } from '../../fields.ts'

/** What a workspace decides about an endpoint. */
export const endpointFields = {
  url: z
    .string()
    .min(1)
    .max(2_000)
    .meta({ description: 'Where events are POSTed to', examples: ['https://example.com/hooks'] }),
  description: z.string().max(1_000).nullable(),
  metadata: z
    .record(z.string().min(1).max(100), z.string().max(1_000))
    .refine(metadata => Object.keys(metadata).length <= 50, 'At most 50 entries')
    .meta({ description: 'Your own notes about it' }),
  eventTypes: z
    .array(z.string().min(1).max(130))
    .min(1)
    .max(200)
    .meta({ description: 'Event types, `invoice.*` for all below one, or `*`', examples: [['invoice.*']] }),
  headers: z
    .record(z.string().max(100), z.string().max(4_000))
    .refine(headers => Object.keys(headers).length <= 20, 'At most 20 headers')
    .meta({ description: 'Your own headers, sent with every event; values are kept sealed and never answered' }),
  timeoutMs: z.number().int().min(1_000).max(30_000).meta({ description: 'For the whole exchange' }),
  retryDelaysMs: z
    .array(z.number().int().min(0).max(86_400_000))
    .min(1)
    .max(20)
    .nullable()
    .meta({ description: "The delay before each attempt, the first one's included; null for the standard schedule" }),
  maxInFlight: z
    .number()
    .int()
    .min(1)
    .max(64)
    .nullable()
    .meta({ description: 'How many requests may be under way to it at once; null for no limit of its own' }),
  channels: z
    .array(z.string().regex(namePattern, '1 to 128 visible ASCII characters'))
    .min(1)
    .max(50)
    .nullable()
    .meta({ description: 'Only events in one of these channels; null for all events' }),
  filter: z
    .record(z.string().max(256), jsonField)
    .nullable()
    .meta({ description: "A condition on the event's data", examples: [{ amount: { $gte: 1000 } }] }),
  headerStyle: z
    .enum(['webhook', 'svix'])
    .meta({ description: '`svix` names the headers `svix-id`, `svix-timestamp` and `svix-signature`' }),
  signatures: z
    .array(z.enum(['v1', 'v1a']))
    .min(1)
    .max(2)
    .refine(schemes => new Set(schemes).size === schemes.length, 'Each of them once')
    .meta({
      uniqueItems: true,
      description: '`v1`: HMAC-SHA256 with the shared secret; `v1a`: ed25519 with a public key',
    }),
  rateLimit: z
    .strictObject({ requests: z.number().int().min(1).max(100_000), seconds: z.number().int().min(1).max(3_600) })
    .nullable()
    .meta({ description: 'At most so many requests in so many seconds' }),
  ordered: z.boolean().meta({ description: 'Each event waits for the one before it with the same `orderingKey`' }),
  batchSize: z.number().int().min(1).max(100).meta({ description: 'How many events one POST may hold' }),
}

export const endpointSchema = z
  .strictObject({
    id: idField('endpoint'),
    url: z.string(),
    description: z.string().nullable(),
    metadata: z.record(z.string(), z.string()),
    eventTypes: z.array(z.string()),
    channels: endpointFields.channels,
    filter: endpointFields.filter,
    headerNames: z.array(z.string()),
    headerStyle: endpointFields.headerStyle,
    signatures: endpointFields.signatures,
    timeoutMs: z.number().int(),
    retryDelaysMs: z.array(z.number()).nullable(),
    maxInFlight: z.number().int().nullable(),
    rateLimit: endpointFields.rateLimit,
    ordered: z.boolean(),
    batchSize: z.number().int(),
    publicKey: z
      .string()
      .nullable()
      .meta({ description: '`whpk_` and the base64 of what `v1a` signatures are verified with; no secret' }),
    certificateExpiresAt: instant.nullable().meta({ description: 'When its client certificate ends, if it has one' }),
    verifiedAt: instant.nullable().meta({ description: 'When its URL last answered a test event with 2xx' }),
    status: z.enum(['open', 'recovering', 'draining', 'paused', 'disabled']).meta({
      description: '`recovering`: it fails, and is probed; `draining`: it answers again, what waited is being sent',
    }),
    failingSince: instant.nullable(),
    lastError: z
      .string()
      .nullable()
      .meta({ examples: ['timeout', 'status 503'] }),
    nextProbeAt: instant.nullable(),
    disabledReason: z.enum(['by_hand', 'failing', 'gone']).nullable(),
    disabledAt: instant.nullable(),
    createdAt: instant,
    updatedAt: instant,
  })
  .meta({ id: 'Endpoint' })

/** An endpoint as the API shows it. */
export function showEndpoint(endpoint: Endpoint): z.output<typeof endpointSchema> {
  const { workspaceId: _, epoch: _epoch, failures: _failures, gated: _gated, mode: status, ...shown } = endpoint
  return {
    ...shown,
    status,
    filter: shown.filter as z.output<typeof endpointFields.filter>,
    certificateExpiresAt: endpoint.certificateExpiresAt?.toISOString() ?? null,
    verifiedAt: endpoint.verifiedAt?.toISOString() ?? null,
    failingSince: endpoint.failingSince?.toISOString() ?? null,
    nextProbeAt: endpoint.nextProbeAt?.toISOString() ?? null,
    disabledAt: endpoint.disabledAt?.toISOString() ?? null,
    createdAt: endpoint.createdAt.toISOString(),
    updatedAt: endpoint.updatedAt.toISOString(),
  }
}
