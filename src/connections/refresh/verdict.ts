import type { AuthMethod } from '../../catalogue/schema/auth.ts'
import { lifetimeMs } from '../../catalogue/lifetime.ts'
import type { ErrorCode } from '../../errors.ts'
import { hubErrorOf, type TokenError } from '../../grants/answers/token-error.ts'
import type { ConnectionParts } from '../parts.ts'
import type { RefreshLease } from './lease-store.ts'

/** What a refusal makes of a connection. */
export interface Verdict {
  code: ErrorCode
  to?: 'needs_reauth' | 'error'
  retryInMs?: number
}

/** What the token endpoint's answer means for the connection, or that there was none. */
export function verdictOn(hub: ConnectionParts, lease: RefreshLease, method: AuthMethod, error: TokenError): Verdict {
  const { code } = hubErrorOf(error, 'REFRESH_REFUSED')
  switch (error.failure) {
    case 'dead_grant':
      return isAmbiguous(hub, lease, method)
        ? { code: 'REFRESH_FAILED' }
        : { code: 'TOKEN_EXPIRED', to: 'needs_reauth' }
    case 'bad_client':
      return { code, to: 'error', retryInMs: hub.connectionSettings.errorRetryMs }
    case 'rate_limited':
    case 'refused':
    case 'down':
      return { code }
  }
}

/**
 * Whether "the grant is dead" may only mean that an earlier attempt has spent the token and its answer was lost: as long as
 * the provider's grace for re-use lasts, a holder that was stopped may still come back with the token it won.
 */
function isAmbiguous(hub: ConnectionParts, lease: RefreshLease, method: AuthMethod): boolean {
  if (lease.ambiguousSince === null) return false
  const { ambiguousForMs } = hub.connectionSettings
  const graceMs = 'rotation' in method && method.rotation ? lifetimeMs(method.rotation.reuseGrace) : ambiguousForMs
  return Date.now() - lease.ambiguousSince.getTime() < Math.min(graceMs, ambiguousForMs)
}
