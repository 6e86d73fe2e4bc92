import type { AuthMethod } from '../../catalogue/schema/auth.ts'
import { lifetimeMs } from '../../catalogue/lifetime.ts'
import type { SecretPlace } from '../../credentials/key-ring.ts'
import type { StoredSecond } from '../../db/schema/connections.ts'
import { longestLifeMs } from '../../grants/answers/stated-life.ts'
import type { Grant, Secret, SecondGrant } from '../../grants/grant.ts'
import type { Connection } from '../store.ts'

/** A second token of a connection, by the name that callers choose it by. It lives and dies by itself. */
export type SecondToken = StoredSecond

/** Under which field it is kept sealed. */
export function secondPlace({ workspaceId, id }: Pick<Connection, 'workspaceId' | 'id'>, as: string): SecretPlace {
  return { workspaceId, ownerId: id, field: `second ${as}` }
}

/** Where what was won by spending its refresh token is sealed until it is its own. */
export function wonSecondPlace(
  connection: Pick<Connection, 'workspaceId' | 'id'>,
  { as, generation }: Pick<SecondToken, 'as' | 'generation'>,
): SecretPlace {
  const { workspaceId, ownerId } = secondPlace(connection, as)
  return { workspaceId, ownerId, field: `won second ${as} ${generation}` }
}

/** What is kept sealed of it. */
export function secondSecret({ accessToken, refreshToken }: Secret, former?: string): Secret {
  const kept = refreshToken ?? former
  return { accessToken, ...(kept === undefined ? {} : { refreshToken: kept }) }
}

/** What the row says of one that a visit has just given, in the place of another. */
export function secondOf(
  method: AuthMethod,
  { as, accountId, scopes, expiresInMs }: SecondGrant,
  former: SecondToken | null,
  receivedAt: Date,
): SecondToken {
  return {
    as,
    status: 'connected',
    externalAccountId: accountId ?? null,
    scopes: scopes ?? [],
    accessExpiresAt: endOf(method, expiresInMs, receivedAt),
    generation: (former?.generation ?? 0) + 1,
    leaseUntil: null,
    refusedAt: null,
  }
}

/** When a token ends that was received at an instant, as text; null where nothing says so. */
export function endOf(method: AuthMethod, expiresInMs: Grant['expiresInMs'], receivedAt: Date): string | null {
  const declared = 'lifetime' in method && method.lifetime.access ? lifetimeMs(method.lifetime.access) : undefined
  const lifeMs = expiresInMs ?? declared
  return lifeMs === undefined ? null : new Date(receivedAt.getTime() + Math.min(lifeMs, longestLifeMs)).toISOString()
}
