import { z } from 'zod'
import { checkConnection } from '../../../connections/health/check.ts'
import { createConnection, reconnectConnection } from '../../../connections/attempts/create.ts'
import { requestDisconnect } from '../../../connections/ending/disconnect.ts'
import { refreshNow } from '../../../connections/refresh/refresh-now.ts'
import {
  credentialsField as credentials,
  ownerField,
  tagField,
  tagsField,
  tokenField,
} from '../../../connections/fields.ts'
import { connectionStatuses } from '../../../connections/states.ts'
import { findConnection, listConnections, updateNotes } from '../../../connections/store.ts'
import type { Hub } from '../../../hub.ts'
import { planSubscriptions, subscribeLater } from '../../../inbound/subscriptions/manage.ts'
import { instant } from '../../fields.ts'
import { page, pageOf, pageQuery, positionAt } from '../../pagination.ts'
import { route, type AnyRoute } from '../../route.ts'
import { subscriptionBody } from '../inbound/subscription-schema.ts'
import {
  connectingSchema,
  connectionSchema,
  metadataField,
  showConnecting,
  showConnection,
} from './connection-schema.ts'

const tag = 'Connections'
const url = '/v1/connections'
const params = z.strictObject({ connectionId: z.string() })

const scopes = z
  .array(z.string().regex(/^[\x21-\x2b\x2d-\x7e]{1,300}$/, 'Must be one scope, without spaces or commas'))
  .max(200)
  .default([])
  .meta({ description: "Scopes to ask for; empty means the provider app's, else the provider's default" })
const returnUrl = z
  .string()
  .max(2_000)
  .nullable()
  .default(null)
  .meta({ description: "Where the person is sent afterwards; its origin must be on the workspace's list" })
const ofOwner = {
  description: 'Your user whose account it is; `POST /v1/owners/:ownerId/deleted` disconnects them all',
}

const createBody = z
  .strictObject({
    provider: z.string(),
    method: z
      .string()
      .optional()
      .meta({ description: 'The id of one of its methods; needed where several begin the same way' }),
    providerAppId: z.string().nullable().default(null),
    environment: z.string().optional(),
    scopes,
    metadata: metadataField.default({}),
    ownerId: ownerField.nullable().default(null).meta(ofOwner),
    tags: tagsField.default([]),
    returnUrl,
    config: z.record(z.string().max(100), z.string().min(1).max(1_000)).default({}).meta({
      description:
        'What the method asks for, by the names of its fields, and which account is meant where there are several',
    }),
    credentials: credentials
      .optional()
      .meta({ description: 'Connects at once, by the fields of the method; a key that is one text is `apiKey`' }),
    import: z
      .strictObject({
        accessToken: tokenField.optional(),
        refreshToken: tokenField.optional(),
        expiresAt: instant.optional(),
        scopes: z.array(z.string().min(1).max(300)).max(200).optional(),
        config: z.record(z.string().max(100), z.string().max(200)).default({}),
      })
      .refine(({ accessToken, refreshToken }) => accessToken ?? refreshToken, 'Needs an accessToken or a refreshToken')
      .optional()
      .meta({ description: 'Connects by tokens that were obtained elsewhere, at once' }),
    webhooks: subscriptionBody
      .optional()
      .meta({ description: 'Webhooks that the hub registers at the platform as soon as the account is connected' }),
  })
  .refine(body => !(body.credentials && body.import), 'Takes either credentials or import')

/** Accounts on other platforms. */
export function connectionRoutes(hub: Hub): AnyRoute[] {
  return [
    route({
      tag,
      method: 'POST',
      url,
      access: 'connections:write',
      summary: 'Connect an account',
      description:
        'With OAuth the answer has the address to send the person to. With `credentials` or `import` the account is verified ' +
        'and connected at once; what the provider refuses leaves nothing behind.',
      body: createBody,
      status: 201,
      reply: connectingSchema,
      idempotent: true,
      errors: [
        'INVALID_PROVIDER',
        'INVALID_REDIRECT',
        'INVALID_CREDENTIALS',
        'PROVIDER_APP_NOT_FOUND',
        'PROVIDER_APP_MISSING',
        'CLIENT_REFUSED',
        'PROVIDER_ERROR',
        'PROVIDER_UNREACHABLE',
      ],
      async handler({ body, caller }) {
        const { import: imported, credentials, webhooks, ...rest } = body
        if (webhooks) await planSubscriptions(hub, caller.workspaceId, rest.provider, webhooks)
        const connecting = await createConnection(hub, caller.apiKeyId, caller.workspaceId, {
          ...rest,
          method: rest.method,
          environment: rest.environment,
          scopes: imported?.scopes ?? rest.scopes,
          credentials,
          import: imported && {
            accessToken: imported.accessToken,
            refreshToken: imported.refreshToken,
            expiresAt: imported.expiresAt === undefined ? undefined : new Date(imported.expiresAt),
            config: imported.config,
          },
        })
        if (webhooks) await subscribeLater(hub, connecting.connection, webhooks, caller.apiKeyId)
        return showConnecting(connecting)
      },
    }),
    route({
      tag,
      method: 'GET',
      url,
      access: 'connections:read',
      summary: 'List connections',
      query: pageQuery.extend({
        provider: z.string().optional(),
        status: z.enum(connectionStatuses).optional(),
        externalAccountId: z.string().optional(),
        ownerId: ownerField.optional(),
        tag: tagField.optional().meta({ description: 'One of their tags' }),
      }),
      reply: page(connectionSchema),
      errors: ['INVALID_CURSOR'],
      async handler({ query: { cursor, limit, ...filter }, caller }) {
        const list = { ...filter, after: positionAt(cursor, 'connection'), limit: limit + 1 }
        return pageOf(await listConnections(hub.db, caller.workspaceId, list), limit, showConnection)
      },
    }),
    route({
      tag,
      method: 'GET',
      url: `${url}/:connectionId`,
      access: 'connections:read',
      summary: 'Get a connection',
      params,
      reply: connectionSchema,
      errors: ['CONNECTION_NOT_FOUND'],
      handler: async ({ params, caller }) =>
        showConnection(await findConnection(hub.db, caller.workspaceId, params.connectionId)),
    }),
    route({
      tag,
      method: 'PATCH',
      url: `${url}/:connectionId`,
      access: 'connections:write',
      summary: 'Change what you say of a connection',
      description: 'What is not named stays as it is.',
      params,
      body: z
        .strictObject({
          metadata: metadataField.optional(),
          ownerId: ownerField.nullable().optional().meta(ofOwner),
          tags: tagsField.optional(),
        })
        .refine(body => Object.keys(body).length > 0, 'Names nothing to change'),
      reply: connectionSchema,
      errors: ['CONNECTION_NOT_FOUND'],
      handler: async ({ params, body, caller }) =>
        showConnection(
          await hub.db.transaction().execute(trx => updateNotes(trx, caller.workspaceId, params.connectionId, body)),
        ),
    }),
    route({
      tag,
      method: 'DELETE',
      url: `${url}/:connectionId`,
      access: 'connections:write',
      summary: 'Disconnect an account',
      description:
        'Its syncs stop, the grant is revoked at the provider, and its secrets are destroyed: after seven days in any case. ' +
        'The connection itself stays, as `disconnected`.',
      params,
      status: 202,
      reply: connectionSchema,
      errors: ['CONNECTION_NOT_FOUND'],
      handler: async ({ params, caller }) =>
        showConnection(await requestDisconnect(hub, caller.workspaceId, params.connectionId, caller.apiKeyId)),
    }),
    route({
      tag,
      method: 'POST',
      url: `${url}/:connectionId/reconnect`,
      access: 'connections:write',
      summary: 'Connect the same account again',
      description: 'For a connection that needs its person. Another account than before is refused.',
      params,
      body: z.strictObject({ scopes, returnUrl, credentials: credentials.optional() }).prefault({}),
      status: 201,
      reply: connectingSchema,
      idempotent: true,
      errors: ['CONNECTION_NOT_FOUND', 'CONFLICT', 'INVALID_REDIRECT', 'INVALID_CREDENTIALS', 'ACCOUNT_MISMATCH'],
      handler: async ({ params, body, caller }) =>
        showConnecting(
          await reconnectConnection(hub, caller.apiKeyId, caller.workspaceId, params.connectionId, {
            scopes: body.scopes,
            returnUrl: body.returnUrl,
            credentials: body.credentials,
          }),
        ),
    }),
    route({
      tag,
      method: 'POST',
      url: `${url}/:connectionId/refresh`,
      access: 'connections:write',
      summary: 'Refresh the token now',
      description: 'Waits for the outcome, `waitMs` at most; then it goes on without the caller.',
      params,
      query: z.strictObject({ waitMs: z.coerce.number().int().min(0).max(30_000).default(10_000) }),
      status: 202,
      reply: z.strictObject({ outcome: z.enum(['refreshed', 'failed', 'pending']), connection: connectionSchema }),
      errors: ['CONNECTION_NOT_FOUND', 'TOKEN_EXPIRED', 'CONNECTION_NOT_READY', 'CONFLICT', 'TEMPORAL_UNAVAILABLE'],
      async handler({ params, query, caller }) {
        const now = await refreshNow(hub, caller.workspaceId, params.connectionId, query.waitMs)
        return { outcome: now.outcome, connection: showConnection(now.connection) }
      },
    }),
    route({
      tag,
      method: 'POST',
      url: `${url}/:connectionId/check`,
      access: 'connections:write',
      summary: 'Verify a connection now',
      description: 'Asks the provider whose account it is, and brings the status to what was found.',
      params,
      reply: connectionSchema,
      errors: ['CONNECTION_NOT_FOUND', 'CONNECTION_NOT_READY'],
      handler: async ({ params, caller }) =>
        showConnection(await checkConnection(hub, caller.workspaceId, params.connectionId, caller.apiKeyId)),
    }),
  ]
}
