import * as oauth from 'oauth4webapi'
import type { Outgoing } from '../outgoing/agent.ts'
import type { OAuth2 } from '../catalogue/schema/auth.ts'
import { rebase } from '../calls/base-url.ts'
import { membersIn } from './answer-body.ts'
import { basicOf, clientAuthOf, serverAt, type OAuthApp } from './app.ts'
import { statesError } from './answered-error.ts'
import { boundedFetch, type FetchLimits } from './fetch.ts'
import { asTokenError, failureIn } from './token-answer.ts'

/**
 * Ends a grant at the provider, in the provider's way: RFC 7009, or GitHub's delete-grant
 * (https://docs.github.com/en/rest/apps/oauth-applications#delete-an-app-authorization). A grant that is gone already counts as
 * ended. Gives false when the provider has no way.
 * @throws TokenError
 */
export async function revokeGrant(
  outgoing: Outgoing,
  method: OAuth2,
  app: OAuthApp,
  tokens: { accessToken: string; refreshToken?: string | undefined },
  limits: FetchLimits,
): Promise<boolean> {
  switch (method.revoke?.kind) {
    case undefined:
      return false
    case 'rfc7009':
      // Revoking the refresh token ends the access tokens too; not every provider does so the other way round.
      return revokeToken(outgoing, method, app, method.revoke.url, tokens, limits)
    case 'delete-grant':
      return deleteGrant(outgoing, method, app, method.revoke.url, tokens.accessToken, limits)
  }
}

async function revokeToken(
  outgoing: Outgoing,
  method: OAuth2,
  app: OAuthApp,
  url: string,
  tokens: { accessToken: string; refreshToken?: string | undefined },
  limits: FetchLimits,
): Promise<boolean> {
  const endpoint = rebase(url, app.baseUrls)
  try {
    const response = await oauth.revocationRequest(
      serverAt(endpoint),
      { client_id: app.clientId },
      clientAuthOf(method, app),
      tokens.refreshToken ?? tokens.accessToken,
      {
        [oauth.customFetch]: boundedFetch(outgoing, endpoint, limits),
        additionalParameters: { token_type_hint: tokens.refreshToken === undefined ? 'access_token' : 'refresh_token' },
      },
    )
    return await judged(method, response)
  } catch (error) {
    throw asTokenError(error)
  }
}

async function deleteGrant(
  outgoing: Outgoing,
  method: OAuth2,
  app: OAuthApp,
  url: string,
  accessToken: string,
  limits: FetchLimits,
): Promise<boolean> {
  const endpoint = rebase(url, app.baseUrls).replace('{clientId}', encodeURIComponent(app.clientId))
  try {
    const response = await boundedFetch(
      outgoing,
      endpoint,
      limits,
    )(endpoint, {
      method: 'DELETE',
      headers: {
        accept: 'application/json',
        'content-type': 'application/json',
        authorization: basicOf(method, app),
      },
      body: JSON.stringify({ access_token: accessToken }),
      redirect: 'manual',
    })
    // 404 and 422: there is no such grant any more.
    return response.status === 404 || response.status === 422 || (await judged(method, response))
  } catch (error) {
    throw asTokenError(error)
  }
}

async function judged(method: OAuth2, response: Response): Promise<boolean> {
  const members = membersIn(await response.text())
  if (response.ok && (members === undefined || !statesError(members))) return true
  const error = failureIn(method, response, members)
  // A token that the provider does not know (any more) is as good as revoked.
  if (error.failure === 'dead_grant' || error.providerCode === 'invalid_token') return true
  throw error
}
