import { z } from 'zod'
import { connectionStatuses } from '../../../connections/states.ts'
import type { AuthMethod } from '../../../catalogue/schema/auth.ts'
import type { Connecting } from '../../../connections/attempts/create.ts'
import { explain } from '../../../connections/events/explain.ts'
import type { Connection } from '../../../connections/store.ts'
import { idField, instant, jsonField } from '../../fields.ts'

const jsonObject = z.record(z.string(), jsonField)

const methodKinds = [
  ...['oauth2', 'api_key', 'client_credentials', 'token_exchange'],
  ...['jwt_assertion', 'app_installation', 'key_delivery', 'smtp'],
] as AuthMethod['kind'][]

export const connectionSchema = z
  .strictObject({
    id: idField('connection'),
    provider: z.string(),
    providerAppId: z.string().nullable().meta({ description: "Null for the environment's app" }),
    environment: z.string(),
    method: z.string().meta({ description: "The id of the provider's method by which it is connected" }),
    authKind: z.enum(methodKinds),
    status: z.enum(connectionStatuses),
    statusReason: z.string().nullable().meta({ description: 'An error code that says why the status is what it is' }),
    statusExplanation: z.string().meta({ description: 'The same in words: what it is, why, and what is to be done' }),
    statusChangedAt: instant,
    externalAccountId: z.string().nullable().meta({ description: "The provider's id of the account" }),
    externalAccountName: z.string().nullable(),
    config: z.record(z.string(), z.string()).meta({
      description: "What was asked for, what the provider's redirect or answer carried, and what a call has told",
    }),
    scopes: z.array(z.string()),
    scopesMissing: z
      .array(z.string())
      .meta({ description: 'Scopes that were asked for and not given, as far as the platform says which it gave' }),
    ownerId: z.string().nullable().meta({ description: 'Your user whose account it is' }),
    tags: z.array(z.string()).meta({ description: 'Words of your own by which connections are listed' }),
    metadata: jsonObject,
    generation: z.int().meta({ description: 'Raised by every new token' }),
    accessTokenExpiresAt: instant.nullable(),
    refreshTokenExpiresAt: instant.nullable(),
    grantEndsAt: instant.nullable().meta({ description: 'When its person has to connect again in any case' }),
    nextRefreshAt: instant.nullable(),
    refreshFailures: z.int(),
    lastError: z.string().nullable().meta({ description: 'The error code of the last refresh that failed' }),
    checkedAt: instant.nullable(),
    lastWebhookAt: instant
      .nullable()
      .meta({ description: 'When the last webhook about it came, to within a minute; null before the first' }),
    secondToken: z
      .strictObject({
        as: z
          .string()
          .meta({ description: 'The name to ask for it by: `as`, or the header `causeway-as` of the proxy' }),
        status: z
          .enum(['connected', 'needs_reauth'])
          .meta({ description: 'Its own: the connection goes on when it is dead' }),
        externalAccountId: z.string().nullable().meta({ description: "The provider's id of whose it is" }),
        scopes: z.array(z.string()),
        accessTokenExpiresAt: instant.nullable(),
      })
      .nullable()
      .meta({ description: "A second token of the same visit, such as the person's beside the bot's" }),
    createdAt: instant,
    updatedAt: instant,
  })
  .meta({ id: 'Connection' })

export function showConnection(connection: Connection): z.output<typeof connectionSchema> {
  const iso = (at: Date | null) => at?.toISOString() ?? null
  return {
    id: connection.id,
    provider: connection.provider,
    providerAppId: connection.providerAppId,
    environment: connection.environment,
    method: connection.method,
    authKind: connection.authKind,
    status: connection.status,
    statusReason: connection.statusReason,
    statusExplanation: explain(connection),
    statusChangedAt: connection.statusChangedAt.toISOString(),
    externalAccountId: connection.externalAccountId,
    externalAccountName: connection.externalAccountName,
    config: connection.config,
    scopes: connection.scopes,
    scopesMissing: connection.scopesMissing,
    ownerId: connection.ownerId,
    tags: connection.tags,
    metadata: connection.metadata as z.output<typeof jsonObject>,
    generation: connection.generation,
    accessTokenExpiresAt: iso(connection.accessExpiresAt),
    refreshTokenExpiresAt: iso(connection.refreshExpiresAt),
    grantEndsAt: iso(connection.absoluteExpiresAt),
    nextRefreshAt: iso(connection.refreshAt),
    refreshFailures: connection.refreshFailures,
    lastError: connection.lastError,
    checkedAt: iso(connection.checkedAt),
    lastWebhookAt: iso(connection.lastWebhookAt),
    secondToken: showSecond(connection.second),
    createdAt: connection.createdAt.toISOString(),
    updatedAt: connection.updatedAt.toISOString(),
  }
}

function showSecond(second: Connection['second']) {
  if (second === null) return null
  const { as, status, externalAccountId, scopes, accessExpiresAt: accessTokenExpiresAt } = second
  return { as, status, externalAccountId, scopes, accessTokenExpiresAt }
}

export const connectingSchema = z
  .strictObject({
    connection: connectionSchema,
    authorizationUrl: z
      .string()
      .nullable()
      .meta({ description: 'Where to send the person; null when the account is connected already' }),
    connectUrl: z
      .string()
      .nullable()
      .meta({
        description:
          "The same by way of the hub, which binds the attempt to the person's browser: the callback is refused in another. " +
          'Send the person there unless a page of your own does as much',
      }),
    attemptId: z.string().nullable(),
    expiresAt: instant.nullable().meta({ description: 'Until when the person has to be back' }),
  })
  .meta({ id: 'Connecting' })

export function showConnecting(connecting: Connecting): z.output<typeof connectingSchema> {
  return {
    connection: showConnection(connecting.connection),
    authorizationUrl: connecting.authorizationUrl ?? null,
    connectUrl: connecting.connectUrl ?? null,
    attemptId: connecting.attempt?.id ?? null,
    expiresAt: connecting.attempt?.expiresAt.toISOString() ?? null,
  }
}

/** Free data of the caller's own, up to 16 kB. */
export const metadataField = jsonObject
  .refine(value => Buffer.byteLength(JSON.stringify(value)) <= 16_384, 'Must be at most 16384 bytes of JSON')
  .meta({ description: 'Free data of your own' })
