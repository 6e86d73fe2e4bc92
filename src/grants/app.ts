import * as oauth from 'oauth4webapi'
import type { OAuth2 } from '../catalogue/schema/auth.ts'
import { asHttps } from './fetch.ts'

/** The client that the hub is at a provider: a workspace's own app, or the environment's. */
export interface OAuthApp {
  clientId: string
  clientSecret: string
  /** Replacements of the provider's origins. */
  baseUrls: Record<string, string>
}

/** One endpoint of the provider as oauth4webapi takes it: as the server's token and revocation endpoint both. */
export function serverAt(endpoint: string): oauth.AuthorizationServer {
  const url = asHttps(endpoint)
  return { issuer: new URL(url).origin, token_endpoint: url, revocation_endpoint: url }
}

/** How the app proves itself: RFC 6749, section 2.3.1. */
export function clientAuthOf(method: OAuth2, app: OAuthApp): oauth.ClientAuth {
  switch (method.clientAuth) {
    case 'basic':
    case 'basic-raw':
      return (_server, _client, _body, headers) => headers.set('authorization', basicOf(method, app))
    case 'body':
      return oauth.ClientSecretPost(app.clientSecret)
  }
}

/**
 * The app's id and secret as an Authorization header, each form-encoded first (RFC 6749, 2.3.1) unless the platform
 * compares them as they are. The library would encode `-`, `_`, `.` and `*` too, which the form's rules (WHATWG URL, 5.2)
 * leave alone, and which servers that do not decode then refuse.
 */
export function basicOf(method: OAuth2, app: OAuthApp): string {
  const encoded = (text: string) => new URLSearchParams([['', text]]).toString().slice(1)
  const parts = [app.clientId, app.clientSecret].map(method.clientAuth === 'basic-raw' ? text => text : encoded)
  return `Basic ${Buffer.from(parts.join(':')).toString('base64')}`
}
