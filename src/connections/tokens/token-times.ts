import { refreshAt } from '../../grants/policy.ts'
import { nextWarningAt } from '../policy.ts'
import { longestLifeMs } from '../../grants/answers/stated-life.ts'
import type { Grant, Secret } from '../../grants/grant.ts'
import { wayOf } from '../../grants/ways.ts'
import type { AuthMethod } from '../../catalogue/schema/auth.ts'
import type { TokenEndpoint } from '../../catalogue/schema/tokens/token-endpoint.ts'
import { lifetimeMs } from '../../catalogue/lifetime.ts'

type Lifetimes = TokenEndpoint['lifetime']

/** When a connection's tokens end, and when the next refresh is due; null where there is no end. */
export interface TokenTimes {
  accessExpiresAt: Date | null
  refreshExpiresAt: Date | null
  absoluteExpiresAt: Date | null
  refreshAt: Date | null
  /** When its person has to connect again in any case, as far as it is known. */
  endsAt: Date | null
  /** When to tell of that next: after the next refresh, which may move the end. */
  warnAt: Date | null
}

/**
 * The times of a grant received at `now`: what the answer states, else what the provider's definition says. A rolling
 * refresh token's life begins anew with every refresh; `absolute` is what the first grant fixed, `kept` what is kept of it.
 */
export function tokenTimes(
  method: AuthMethod,
  grant: Pick<Grant, 'expiresInMs' | 'refreshExpiresInMs'>,
  kept: Secret,
  absolute: Date | null | undefined,
  now: Date,
): TokenTimes {
  // Whoever states a life, a caller that imports tokens included: no token is to be lost to a date that cannot be stored.
  const after = (ms: number | undefined) =>
    ms === undefined ? null : new Date(now.getTime() + Math.min(ms, longestLifeMs))
  const lifetime: Lifetimes = 'lifetime' in method ? method.lifetime : {}
  const accessExpiresAt = after(grant.expiresInMs ?? (lifetime.access ? lifetimeMs(lifetime.access) : undefined))
  const refreshLifeMs = grant.refreshExpiresInMs ?? (lifetime.refresh ? lifetimeMs(lifetime.refresh) : undefined)
  const renewed = wayOf(method).renews(kept)
  return withEnd(
    {
      accessExpiresAt,
      refreshExpiresAt: kept.refreshToken !== undefined ? after(refreshLifeMs) : null,
      absoluteExpiresAt: absolute ?? after(lifetime.absolute ? lifetimeMs(lifetime.absolute) : undefined),
      refreshAt: accessExpiresAt && renewed ? refreshAt(now, accessExpiresAt, Math.random()) : null,
    },
    now,
  )
}

/** The times with the earliest end that no refresh moves: what nothing renews ends with its token. */
export function withEnd(times: Omit<TokenTimes, 'endsAt' | 'warnAt'>, now: Date): TokenTimes {
  const ends = [times.absoluteExpiresAt, times.refreshAt === null ? times.accessExpiresAt : times.refreshExpiresAt]
  const known = ends.filter(at => at !== null).map(at => at.getTime())
  const endsAt = known.length === 0 ? null : new Date(Math.min(...known))
  return { ...times, endsAt, warnAt: nextWarningAt(endsAt, times.refreshAt ?? now) }
}
