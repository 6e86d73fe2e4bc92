import * as oauth from 'oauth4webapi'
import type { OAuth2 } from '../providers/auth.ts'
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
      return oauth.ClientSecretBasic(app.clientSecret)
    case 'body':
      return oauth.ClientSecretPost(app.clientSecret)
  }
}
