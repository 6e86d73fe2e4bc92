import { z } from 'zod'
import { giveCredential } from '../../../connections/tokens/access-token.ts'
import { HubError } from '../../../errors.ts'
import type { Hub } from '../../../hub.ts'
import { instant } from '../../fields.ts'
import { WindowCounter } from '../../rate-limit.ts'
import { route, type AnyRoute, type Caller } from '../../route.ts'

const reply = z.strictObject({
  accessToken: z.string(),
  fields: z
    .record(z.string(), z.string())
    .meta({ description: 'The parts of the credential by name, where it has several; else empty' }),
  expiresAt: instant.nullable(),
})

/** How often one key may read a connection's token in a minute, and tokens at all: who has it need not ask for it with each call. */
export const tokenReads = { ofConnection: 60, ofKey: 600 }

/** The one way by which a credential leaves the hub. */
export function connectionTokenRoutes(hub: Hub): AnyRoute[] {
  const ofConnection = new WindowCounter(tokenReads.ofConnection, 60_000)
  const ofKey = new WindowCounter(tokenReads.ofKey, 60_000)
  const admit = (caller: Caller, connectionId: string) => {
    const waitMs = ofConnection.take(`${caller.apiKeyId} ${connectionId}`) || ofKey.take(caller.apiKeyId)
    if (waitMs === 0) return
    const message = 'Tokens are read too often with this API key: keep one until it expires, or call through the proxy.'
    throw new HubError('RATE_LIMITED', { message, retryAfterMs: waitMs })
  }
  const token = (url: string) =>
    route({
      tag: 'Connections',
      method: 'GET',
      url,
      access: 'connections:credentials',
      summary: 'Get the live access token',
      description:
        'Refreshed first when it is about to end. What the platform takes several texts for has them in `fields`. Refresh tokens, ' +
        'and what tokens are got with, stay in the hub. Every call is written to the audit log; a key reads the token of one ' +
        `connection ${tokenReads.ofConnection} times a minute at most.`,
      params: z.strictObject({ connectionId: z.string() }),
      query: z.strictObject({
        as: z
          .string()
          .regex(/^[a-z][a-z0-9-]{0,40}$/)
          .optional()
          .meta({ description: 'The name of a second token of the connection, such as `user`; its own unless given' }),
      }),
      reply,
      errors: ['CONNECTION_NOT_FOUND', 'TOKEN_EXPIRED', 'REFRESH_FAILED', 'CONNECTION_NOT_READY', 'CLIENT_REFUSED'],
      async handler({ params: { connectionId }, query: { as }, caller }) {
        admit(caller, connectionId)
        const given = await giveCredential(hub, caller.apiKeyId, caller.workspaceId, connectionId, as)
        return { ...given, expiresAt: given.expiresAt?.toISOString() ?? null }
      },
    })
  const former = token('/v1/connections/:connectionId/credentials')
  return [
    token('/v1/connections/:connectionId/token'),
    { ...former, deprecated: true, description: 'The former name of `GET /v1/connections/{connectionId}/token`.' },
  ]
}
