import { z } from 'zod'
import type { Endpoint } from '../../delivery/endpoint-store.ts'
import { idField, instant } from '../fields.ts'

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
    .meta({ description: 'How many requests may be under way at once from one process' }),
}

export const endpointSchema = z
  .strictObject({
    id: idField('endpoint'),
    url: z.string(),
    description: z.string().nullable(),
    metadata: z.record(z.string(), z.string()),
    eventTypes: z.array(z.string()),
    headerNames: z.array(z.string()),
    timeoutMs: z.number().int(),
    retryDelaysMs: z.array(z.number()).nullable(),
    maxInFlight: z.number().int().nullable(),
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
  const { workspaceId: _, epoch: _epoch, failures: _failures, mode: status, ...shown } = endpoint
  return {
    ...shown,
    status,
    failingSince: endpoint.failingSince?.toISOString() ?? null,
    nextProbeAt: endpoint.nextProbeAt?.toISOString() ?? null,
    disabledAt: endpoint.disabledAt?.toISOString() ?? null,
    createdAt: endpoint.createdAt.toISOString(),
    updatedAt: endpoint.updatedAt.toISOString(),
  }
}
