import { refreshAt } from '../../grants/policy.ts'
import { longestLifeMs } from '../../grants/stated-life.ts'
import type { TokenGrant } from '../../grants/token-answer.ts'
import type { OAuth2 } from '../../catalogue/schema/auth.ts'
import { lifetimeMs } from '../../catalogue/lifetime.ts'

/** When a connection's tokens end, and when the next refresh is due; null where there is no end. */
export interface TokenTimes {
  accessExpiresAt: Date | null
  refreshExpiresAt: Date | null
  absoluteExpiresAt: Date | null
  refreshAt: Date | null
}

/**
 * The times of a grant received at `now`: what the answer states, else what the provider's definition says. A rolling
 * refresh token's life begins anew with every refresh; `absolute` is what the first grant fixed.
 */
export function tokenTimes(
  method: OAuth2,
  grant: Pick<TokenGrant, 'expiresInMs' | 'refreshExpiresInMs'>,
  hasRefreshToken: boolean,
  absolute: Date | null | undefined,
  now: Date,
): TokenTimes {
  // Whoever states a life, a caller that imports tokens included: no token is to be lost to a date that cannot be stored.
  const after = (ms: number | undefined) =>
    ms === undefined ? null : new Date(now.getTime() + Math.min(ms, longestLifeMs))
  const { lifetime } = method
  const accessExpiresAt = after(grant.expiresInMs ?? (lifetime.access ? lifetimeMs(lifetime.access) : undefined))
  const refreshLifeMs = grant.refreshExpiresInMs ?? (lifetime.refresh ? lifetimeMs(lifetime.refresh) : undefined)
  return {
    accessExpiresAt,
    refreshExpiresAt: hasRefreshToken ? after(refreshLifeMs) : null,
    absoluteExpiresAt: absolute ?? after(lifetime.absolute ? lifetimeMs(lifetime.absolute) : undefined),
    refreshAt: accessExpiresAt && hasRefreshToken ? refreshAt(now, accessExpiresAt, Math.random()) : null,
  }
}
