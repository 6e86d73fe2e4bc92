/** A span of time as providers' documentation writes it: seconds, minutes, hours, days, years. */
export type Lifetime = `${number}${'s' | 'm' | 'h' | 'd' | 'y'}`

export type AuthMethod = OAuth2 | ApiKey

/** RFC 6749 with PKCE (RFC 7636), and the ways in which platforms depart from them. */
export interface OAuth2 {
  kind: 'oauth2'
  authorize: string
  token: string
  /** RFC 7009 at a URL, or GitHub's: DELETE with the client's id in the path and the token in a JSON body. */
  revoke?: { kind: 'rfc7009'; url: string } | { kind: 'delete-grant'; url: string }
  /** How the client proves itself to the token endpoint. `basic-raw`: id and secret are compared without decoding them. */
  clientAuth: 'basic' | 'basic-raw' | 'body'
  pkce?: boolean
  scopeSeparator?: ' ' | ','
  /** Scopes asked for when the caller names none. */
  defaultScopes: string[]
  authorizeParams?: Record<string, string>
  /** Query parameters of the redirect that the connection keeps, such as `realmId`. */
  captureFromRedirect?: string[]
  /** `access` is used when the token answer states no `expires_in`; without either the token does not expire. */
  lifetime: { access?: Lifetime; refresh?: Lifetime; absolute?: Lifetime }
  /** The member of a token answer that says how many seconds the refresh token lives. */
  refreshExpiresIn?: string
  /** Refresh tokens are replaced on use; for `reuseGrace` a spent one may be used again. */
  rotation?: { reuseGrace: Lifetime }
  /** Error codes of the token endpoint that mean the grant is gone for good, beside RFC 6749's. */
  deadGrant: string[]
  /** Error codes that mean the app's own id or secret is wrong, beside RFC 6749's. */
  badClient?: string[]
}

/** A key that a person pastes. */
export interface ApiKey {
  kind: 'api_key'
  label: string
  /** What a key looks like; anything else is refused before it is tried. */
  pattern?: string
  /** Where the provider's person finds it. */
  help: string
  placement: { in: 'bearer' } | { in: 'basic-username' } | { in: 'header'; name: string }
}
