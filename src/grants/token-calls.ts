import * as oauth from 'oauth4webapi'
import type { Outgoing } from '../outgoing/agent.ts'
import type { OAuth2 } from '../catalogue/schema/auth.ts'
import { rebase } from '../calls/base-url.ts'
import { clientAuthOf, serverAt, type OAuthApp } from './app.ts'
import { boundedFetch, type FetchLimits } from './fetch.ts'
import { asTokenError, readTokenAnswer, type TokenGrant } from './token-answer.ts'

/**
 * Exchanges an authorization code (RFC 6749 4.1.3, with the PKCE verifier). A code can be spent once.
 * @throws TokenError
 */
export async function exchangeCode(
  outgoing: Outgoing,
  method: OAuth2,
  app: OAuthApp,
  code: { code: string; verifier: string | undefined; redirectUri: string },
  limits: FetchLimits,
): Promise<TokenGrant> {
  const { server, client, options } = tokenEndpoint(outgoing, method, app, limits)
  const parameters = {
    code: code.code,
    redirect_uri: code.redirectUri,
    ...(code.verifier === undefined ? {} : { code_verifier: code.verifier }),
  }
  // The state was checked where the callback was taken. The generic request is the one that goes without PKCE too.
  return answered(method, () =>
    oauth.genericTokenEndpointRequest(
      server,
      client,
      clientAuthOf(method, app),
      'authorization_code',
      parameters,
      options,
    ),
  )
}

/**
 * Spends a refresh token (RFC 6749 section 6).
 * @throws TokenError; its `ambiguous` says that the token may have been spent although no answer came
 */
export async function refreshTokens(
  outgoing: Outgoing,
  method: OAuth2,
  app: OAuthApp,
  refreshToken: string,
  limits: FetchLimits,
): Promise<TokenGrant> {
  const { server, client, options } = tokenEndpoint(outgoing, method, app, limits)
  return answered(method, () =>
    oauth.refreshTokenGrantRequest(server, client, clientAuthOf(method, app), refreshToken, options),
  )
}

function tokenEndpoint(outgoing: Outgoing, method: OAuth2, app: OAuthApp, limits: FetchLimits) {
  const endpoint = rebase(method.token, app.baseUrls)
  const options = { [oauth.customFetch]: boundedFetch(outgoing, endpoint, limits) }
  return { server: serverAt(endpoint), client: { client_id: app.clientId }, options }
}

async function answered(method: OAuth2, call: () => Promise<Response>): Promise<TokenGrant> {
  try {
    return await readTokenAnswer(method, await call())
  } catch (error) {
    throw asTokenError(error)
  }
}
