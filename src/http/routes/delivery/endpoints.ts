import { z } from 'zod'
import { rotateKeys } from '../../../delivery/endpoints/endpoint-keys.ts'
import { findEndpoint, listEndpoints } from '../../../delivery/endpoints/endpoint-store.ts'
import {
  changeEndpoint,
  createEndpoint,
  removeEndpoint,
  requestOfEndpoint,
  type EndpointRequest,
} from '../../../delivery/endpoints/manage-endpoints.ts'
import { testEndpoint } from '../../../delivery/endpoints/test-endpoint.ts'
import type { Hub } from '../../../hub.ts'
import { idField, instant } from '../../fields.ts'
import { page, pageOf, pageQuery, positionAt } from '../../pagination.ts'
import { route, type AnyRoute } from '../../route.ts'
import { enableEndpointRoute } from './enable-endpoint.ts'
import { endpointFields, endpointSchema, showEndpoint } from './endpoint-schema.ts'

const params = z.strictObject({ endpointId: z.string() })
const url = '/v1/endpoints'
const one = `${url}/:endpointId`
const tag = 'Endpoints'
const secret = z
  .string()
  .max(200)
  .meta({ pattern: '^whsec_[A-Za-z0-9+/]+=*$', description: '`whsec_` and the base64 of 24 to 64 bytes' })
const signingKey = z.string().max(200).meta({
  pattern: '^whsk_[A-Za-z0-9+/]+=*$',
  description: '`whsk_` and the base64 of an ed25519 private key and its public key',
})

/** Where a workspace's events are delivered to. */
export function endpointRoutes(hub: Hub): AnyRoute[] {
  return [
    route({
      tag,
      method: 'POST',
      url,
      access: 'endpoints:write',
      summary: 'Create an endpoint',
      description:
        'Events are POSTed to it as [Standard Webhooks](https://www.standardwebhooks.com). The signing secret is in this answer only; bring one along with `secret`, or with `signingKey` for `v1a`, to keep what receivers already verify with.',
      body: z.strictObject({
        url: endpointFields.url,
        description: endpointFields.description.default(null),
        metadata: endpointFields.metadata.default({}),
        eventTypes: endpointFields.eventTypes.default(['*']),
        headers: endpointFields.headers.default({}),
        timeoutMs: endpointFields.timeoutMs.default(15_000),
        retryDelaysMs: endpointFields.retryDelaysMs.default(null),
        maxInFlight: endpointFields.maxInFlight.default(null),
        channels: endpointFields.channels.default(null),
        filter: endpointFields.filter.default(null),
        headerStyle: endpointFields.headerStyle.default('webhook'),
        signatures: endpointFields.signatures.default(['v1']),
        rateLimit: endpointFields.rateLimit.default(null),
        ordered: endpointFields.ordered.default(false),
        batchSize: endpointFields.batchSize.default(1),
        secret: secret.optional(),
        signingKey: signingKey.optional(),
      }),
      status: 201,
      reply: endpointSchema.extend({ secret }).meta({ id: 'EndpointWithSecret' }),
      idempotent: true,
      errors: ['INVALID_URL'],
      async handler({ body: { secret: broughtSecret, signingKey, ...input }, caller }) {
        const brought = { secret: broughtSecret, signingKey }
        const made = await createEndpoint(hub, caller.apiKeyId, caller.workspaceId, input, brought)
        return { ...showEndpoint(made.endpoint), secret: made.secret }
      },
    }),
    route({
      tag,
      method: 'GET',
      url,
      access: 'endpoints:read',
      summary: 'List endpoints',
      query: pageQuery.extend({ status: endpointSchema.shape.status.optional() }),
      reply: page(endpointSchema),
      errors: ['INVALID_CURSOR'],
      async handler({ query: { limit, cursor, status }, caller }) {
        const list = { after: positionAt(cursor, 'endpoint'), limit: limit + 1, mode: status }
        return pageOf(await listEndpoints(hub.db, caller.workspaceId, list), limit, showEndpoint)
      },
    }),
    route({
      tag,
      method: 'GET',
      url: one,
      access: 'endpoints:read',
      summary: 'Get an endpoint',
      params,
      reply: endpointSchema,
      errors: ['ENDPOINT_NOT_FOUND'],
      handler: async ({ params: { endpointId }, caller }) =>
        showEndpoint(await findEndpoint(hub.db, caller.workspaceId, endpointId)),
    }),
    route({
      tag,
      method: 'PATCH',
      url: one,
      access: 'endpoints:write',
      summary: 'Change an endpoint',
      description:
        'What is left out stays as it is; `headers` replaces all of them. A `url` at another server needs them anew, where there are any.',
      params,
      body: z.strictObject(endpointFields).partial(),
      reply: endpointSchema,
      errors: ['ENDPOINT_NOT_FOUND', 'INVALID_URL', 'CONFLICT'],
      async handler({ params: { endpointId }, body, caller }) {
        // What was left out is absent, not undefined: the store tells the two apart.
        const change = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined))
        return showEndpoint(await changeEndpoint(hub, caller.apiKeyId, caller.workspaceId, endpointId, change))
      },
    }),
    route({
      tag,
      method: 'DELETE',
      url: one,
      access: 'endpoints:write',
      summary: 'Delete an endpoint',
      description: 'What waits for it fails with the reason `endpoint_deleted`.',
      params,
      status: 204,
      reply: z.undefined(),
      errors: ['ENDPOINT_NOT_FOUND'],
      handler: ({ params: { endpointId }, caller }) =>
        removeEndpoint(hub, caller.apiKeyId, caller.workspaceId, endpointId).then(() => undefined),
    }),
    enableEndpointRoute(hub),
    ...(Object.keys(descriptions) as (keyof typeof descriptions)[]).map(request =>
      route({
        tag,
        method: 'POST',
        url: `${one}/${request}`,
        access: 'endpoints:write',
        ...descriptions[request],
        params,
        reply: endpointSchema,
        errors: ['ENDPOINT_NOT_FOUND', 'CONFLICT'],
        handler: async ({ params: { endpointId }, caller }) =>
          showEndpoint(await requestOfEndpoint(hub, caller.apiKeyId, caller.workspaceId, endpointId, request)),
      }),
    ),
    route({
      tag,
      method: 'POST',
      url: `${one}/rotate-secret`,
      access: 'endpoints:write',
      summary: 'Rotate the signing keys',
      description:
        'Makes new keys of the kinds that the endpoint is signed with: a `secret` for `v1`, a `publicKey` for `v1a`, null for what is not in use. The old ones sign too until the overlap is over. The new secret is in this answer only.',
      params,
      body: z.strictObject({
        secret: secret.optional(),
        signingKey: signingKey.optional(),
        overlapSeconds: z.number().int().min(0).max(604_800).default(86_400),
      }),
      reply: z.strictObject({
        secret: secret.nullable(),
        publicKey: z.string().nullable(),
        previousExpiresAt: instant,
      }),
      idempotent: true,
      errors: ['ENDPOINT_NOT_FOUND'],
      async handler({ params: { endpointId }, body, caller }) {
        const { overlapSeconds, ...brought } = body
        const rotation = { ...brought, overlapMs: overlapSeconds * 1_000 }
        const made = await rotateKeys(hub, caller.apiKeyId, caller.workspaceId, endpointId, rotation)
        return { ...made, previousExpiresAt: made.previousExpiresAt.toISOString() }
      },
    }),
    route({
      tag,
      method: 'POST',
      url: `${one}/test`,
      access: 'endpoints:write',
      summary: 'Send a test event',
      description:
        'Delivers an event of type `endpoint.test` to this endpoint alone. When it is answered 2xx, at the first attempt or later, the URL is verified (`verifiedAt`). With `wait`, answers when the first attempt was made: `attempt` tells what came of it, null when none was made in time or the endpoint takes none now.',
      params,
      query: z.strictObject({ wait: z.enum(['true', 'false']).default('false') }),
      status: 202,
      reply: z.strictObject({
        id: idField('event'),
        attempt: z
          .strictObject({
            delivered: z.boolean(),
            statusCode: z.number().int().nullable(),
            error: z
              .string()
              .nullable()
              .meta({ examples: ['tls', 'status 404'] }),
            durationMs: z.number().int(),
          })
          .nullable(),
      }),
      idempotent: true,
      errors: ['ENDPOINT_NOT_FOUND', 'CONFLICT'],
      async handler({ params: { endpointId }, query: { wait }, caller }) {
        const { id, attempt = null } = await testEndpoint(hub, caller.workspaceId, endpointId, wait === 'true')
        return { id, attempt }
      },
    }),
  ]
}

const descriptions: Record<Exclude<EndpointRequest, 'enable'>, { summary: string; description: string }> = {
  pause: { summary: 'Pause an endpoint', description: 'Its deliveries wait until it is resumed.' },
  resume: {
    summary: 'Resume an endpoint',
    description: 'What waited is delivered. One that is recovering is tried at once.',
  },
  disable: {
    summary: 'Disable an endpoint',
    description: 'What waits for it fails with the reason `endpoint_disabled`, and can be sent again later.',
  },
}
