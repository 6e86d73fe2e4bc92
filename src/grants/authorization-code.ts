import type { OAuth2 } from '../catalogue/schema/auth-code.ts'
import { HubError } from '../errors.ts'
import { clientOf } from './asking/app.ts'
import { exchangeToken } from './asking/exchange-token.ts'
import type { Given, Grant, GrantCall, Secret, Way } from './grant.ts'
import { withGrantedScopes } from './asking/granted-scopes.ts'
import { revokeGrant } from './ending/revoke.ts'
import { askForToken } from './asking/token-endpoint.ts'
import { TokenError } from './answers/token-error.ts'

/** A person agrees at the platform (RFC 6749, 4.1), and what platforms make of it. */
export function authorizationCode(method: OAuth2): Way {
  return {
    obtain: (call, given) => exchangeCode(method, call, given),
    renews: kept => exchangeOf(method, kept) !== undefined || kept.refreshToken !== undefined,
    renew(call, kept) {
      const exchange = exchangeOf(method, kept)
      return exchange ? exchangeToken(method, exchange, call, kept.accessToken) : refresh(method, call, kept)
    },
    ends: method.revoke !== undefined,
    end: (call, kept) => revokeGrant(method, call, kept, () => refresh(method, call, kept)),
  }
}

/**
 * Exchanges an authorization code (RFC 6749 4.1.3, with the PKCE verifier), and where the platform wants it the token that
 * this gives for one that lives longer. A code can be spent once.
 */
async function exchangeCode(method: OAuth2, call: GrantCall, given: Given): Promise<Grant> {
  if (given.code === undefined) throw new HubError('OAUTH_FAILED')
  const first = await askForToken(method, call, clientOf(call.app), {
    [method.codeParam ?? 'code']: given.code,
    redirect_uri: given.redirectUri,
    code_verifier: given.verifier,
    grant_type: 'authorization_code',
  })
  const grant = method.upgrade ? await upgraded(method, method.upgrade, call, first) : first
  return method.grantedScopes ? withGrantedScopes(method.grantedScopes, call, grant) : grant
}

/** What is kept of a token that is still to be exchanged for one that lives longer. */
const pending = { pending: 'upgrade' }
/** It lives an hour or two, whatever the definition declares of the one that it is exchanged for. */
const shortMs = 3_600_000

/** How a token is exchanged for a newer one; undefined where a refresh token is spent. */
function exchangeOf(method: OAuth2, { fields }: Secret): OAuth2['refresh'] {
  return fields?.pending === pending.pending ? method.upgrade : method.refresh
}

/**
 * The code is spent: what it gave is kept where it cannot be exchanged just now, and renewed in the same way. Where the
 * platform refuses, nobody would have the token: it is ended.
 */
async function upgraded(
  method: OAuth2,
  upgrade: NonNullable<OAuth2['upgrade']>,
  call: GrantCall,
  first: Grant,
): Promise<Grant> {
  try {
    const longer = await exchangeToken(method, upgrade, call, first.accessToken)
    return { ...longer, scopes: longer.scopes ?? first.scopes, captured: { ...first.captured, ...longer.captured } }
  } catch (error) {
    const later = error instanceof TokenError && (error.failure === 'down' || error.failure === 'rate_limited')
    if (later) return { ...first, fields: pending, expiresInMs: Math.min(first.expiresInMs ?? shortMs, shortMs) }
    await revokeGrant(method, call, first).catch(() => undefined)
    throw error
  }
}

/** Spends a refresh token (RFC 6749 section 6). */
async function refresh(method: OAuth2, call: GrantCall, kept: Secret): Promise<Grant> {
  return askForToken(method, call, clientOf(call.app), {
    refresh_token: kept.refreshToken,
    grant_type: 'refresh_token',
  })
}
