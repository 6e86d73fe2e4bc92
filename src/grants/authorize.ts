import { createHash, randomBytes } from 'node:crypto'
import * as oauth from 'oauth4webapi'
import type { OAuth2 } from '../catalogue/schema/auth.ts'
import { rebase } from '../calls/base-url.ts'
import type { OAuthApp } from './app.ts'

/** What one authorization needs to remember until the person comes back. */
export interface Authorization {
  url: string
  state: string
  /** PKCE (RFC 7636); undefined where the provider does not take it. */
  verifier: string | undefined
}

/** The address to send a person to, with a fresh 256-bit state and PKCE challenge (RFC 6749 4.1.1, RFC 7636 S256). */
export async function authorizationOf(
  method: OAuth2,
  app: OAuthApp,
  options: { redirectUri: string; scopes: string[] },
): Promise<Authorization> {
  const url = new URL(rebase(method.authorize, app.baseUrls))
  const state = randomBytes(32).toString('base64url')
  const verifier = method.pkce === false ? undefined : oauth.generateRandomCodeVerifier()
  for (const [name, value] of Object.entries(method.authorizeParams ?? {})) url.searchParams.set(name, value)
  url.searchParams.set('response_type', 'code')
  url.searchParams.set('client_id', app.clientId)
  url.searchParams.set('redirect_uri', options.redirectUri)
  if (options.scopes.length > 0) url.searchParams.set('scope', options.scopes.join(method.scopeSeparator ?? ' '))
  url.searchParams.set('state', state)
  if (verifier !== undefined) {
    url.searchParams.set('code_challenge', await oauth.calculatePKCECodeChallenge(verifier))
    url.searchParams.set('code_challenge_method', 'S256')
  }
  return { url: url.href, state, verifier }
}

/** How a state is kept: whoever reads the table cannot use it. */
export function stateHash(state: string): Buffer {
  return createHash('sha256').update(state).digest()
}
