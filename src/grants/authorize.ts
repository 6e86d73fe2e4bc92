import { createHash, randomBytes } from 'node:crypto'
import * as oauth from 'oauth4webapi'
import type { OAuth2 } from '../catalogue/schema/auth-code.ts'
import { addressOf } from './asking/address.ts'
import { clientOf } from './asking/app.ts'
import type { GrantCall } from './grant.ts'
import { scopesToAsk } from './scopes.ts'

/** What one authorization needs to remember until the person comes back. */
export interface Authorization {
  url: string
  state: string
  /** PKCE (RFC 7636); undefined where the provider does not take it. */
  verifier: string | undefined
}

/** What an authorization is asked with. */
export interface Asking extends Pick<GrantCall, 'definition' | 'app' | 'config'> {
  redirectUri: string
  scopes: string[]
}

/**
 * The address to send a person to, with a fresh 256-bit state and PKCE challenge (RFC 6749 4.1.1, RFC 7636 S256).
 * @throws HubError `PROVIDER_APP_MISSING`; `INVALID_REQUEST` when the configuration lacks what the address needs
 */
export async function authorizationOf(method: OAuth2, asking: Asking): Promise<Authorization> {
  const client = clientOf(asking.app)
  const url = new URL(addressOf(asking, method.authorize, { clientId: client.id }))
  const state = randomState()
  const verifier = method.pkce === false ? undefined : oauth.generateRandomCodeVerifier()
  for (const [name, value] of Object.entries(method.authorizeParams ?? {})) url.searchParams.set(name, value)
  url.searchParams.set('response_type', 'code')
  url.searchParams.set(method.clientIdParam ?? 'client_id', client.id)
  url.searchParams.set('redirect_uri', asking.redirectUri)
  for (const [name, text] of scopesToAsk(method, asking.scopes)) url.searchParams.set(name, text)
  url.searchParams.set('state', state)
  if (verifier !== undefined) {
    url.searchParams.set('code_challenge', await oauth.calculatePKCECodeChallenge(verifier))
    url.searchParams.set('code_challenge_method', 'S256')
  }
  return { url: url.href, state, verifier }
}

export function randomState(): string {
  return randomBytes(32).toString('base64url')
}

/** How a state is kept: whoever reads the table cannot use it. */
export function stateHash(state: string): Buffer {
  return createHash('sha256').update(state).digest()
}
