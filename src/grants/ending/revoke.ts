import type { OAuth2 } from '../../catalogue/schema/auth-code.ts'
import type { Revoke } from '../../catalogue/schema/tokens/revoke.ts'
import { HubError } from '../../errors.ts'
import { addressOf } from '../asking/address.ts'
import { basicOf, clientOf, proofOf, type Client } from '../asking/app.ts'
import { statesError } from '../answers/error-meaning.ts'
import { askEndpoint, type EndpointAnswer, type EndpointCall } from '../asking/endpoint.ts'
import type { GrantCall, Secret } from '../grant.ts'
import { asTokenError, failureIn } from '../answers/token-answer.ts'
import { TokenError } from '../answers/token-error.ts'
import { revokeCall, type RevokeCall } from './revoke-call.ts'

/**
 * Ends a grant at the provider, in the provider's way: RFC 7009, GitHub's delete-grant
 * (https://docs.github.com/en/rest/apps/oauth-applications#delete-an-app-authorization), or a call of its own. A grant that is
 * gone already counts as ended. Gives false when the provider has no way.
 * @param renew gets another token, where the one that is kept may have run out
 * @throws TokenError; HubError `PROVIDER_APP_MISSING`
 */
export async function revokeGrant(
  method: OAuth2,
  call: GrantCall,
  kept: Secret,
  renew?: () => Promise<Secret>,
): Promise<boolean> {
  const { revoke } = method
  if (revoke === undefined) return false
  try {
    const answer = await askEndpoint(call.outgoing, requestOf(method, revoke, call, kept), call.limits)
    // 404 and 422: there is no such grant any more.
    if (revoke.kind === 'delete-grant' && (answer.status === 404 || answer.status === 422)) return true
    if (revoke.kind !== 'call' || !isRefused(method, revoke.as, answer)) return judged(method, answer)
    return await endedByAnother(method, call, kept, renew)
  } catch (error) {
    throw error instanceof HubError ? error : asTokenError(error)
  }
}

/** Whether an answer says that the token which is to be ended is not good. */
function isRefused(method: OAuth2, as: RevokeCall['as'], answer: EndpointAnswer): boolean {
  if (as === 'token' && answer.status === 401) return true
  const { ok, members } = answer
  return members !== undefined && (!ok || statesError(members, method.answer?.error)) && saysGone(method, answer)
}

function saysGone(method: OAuth2, answer: EndpointAnswer): boolean {
  const { failure, providerCode } = failureIn(method, answer)
  return failure === 'dead_grant' || providerCode === 'invalid_token'
}

/** A token that is not good has run out, where another can be got for the grant, or the grant is gone. */
async function endedByAnother(
  method: OAuth2,
  call: GrantCall,
  kept: Secret,
  renew?: () => Promise<Secret>,
): Promise<boolean> {
  if (kept.refreshToken === undefined || renew === undefined) return true
  try {
    return await revokeGrant(method, call, { ...kept, ...(await renew()) })
  } catch (error) {
    if (error instanceof TokenError && error.failure === 'dead_grant') return true
    throw error
  }
}

function requestOf(method: OAuth2, revoke: Revoke, call: GrantCall, kept: Secret): EndpointCall {
  if (revoke.kind === 'call') return revokeCall(method, revoke, call, kept)
  const client = clientOf(call.app)
  const url = addressOf(call, revoke.url, { clientId: client.id })
  return { url, ...(revoke.kind === 'rfc7009' ? revocation(method, client, kept) : deletion(method, client, kept)) }
}

/** RFC 7009. Revoking the refresh token ends the access tokens too; not every provider does so the other way round. */
function revocation(method: OAuth2, client: Client, kept: Secret): Omit<EndpointCall, 'url'> {
  const { headers, parameters } = proofOf(method.clientAuth, client, method)
  const body = new URLSearchParams({
    token_type_hint: kept.refreshToken === undefined ? 'access_token' : 'refresh_token',
    token: kept.refreshToken ?? kept.accessToken,
    ...parameters,
  })
  return { method: 'POST', headers, body }
}

function deletion(method: OAuth2, client: Client, kept: Secret): Omit<EndpointCall, 'url'> {
  return {
    method: 'DELETE',
    headers: { authorization: basicOf(method.clientAuth, client) },
    body: JSON.stringify({ access_token: kept.accessToken }),
  }
}

function judged(method: OAuth2, answer: EndpointAnswer): boolean {
  const { ok, members } = answer
  if (ok && (members === undefined || !statesError(members, method.answer?.error))) return true
  // A token that the provider does not know (any more) is as good as revoked.
  if (saysGone(method, answer)) return true
  throw failureIn(method, answer)
}
