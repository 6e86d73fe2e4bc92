import type { AuthMethod } from '../schema/auth.ts'
import type { Placement } from '../schema/calls.ts'
import type { TokenForToken } from '../schema/tokens/token-endpoint.ts'

// What the platforms of Meta's Graph API have in common.

export const graph = 'https://graph.facebook.com/v26.0'

/** A token that still lives is exchanged for one of sixty days: https://developers.facebook.com/docs/facebook-login/guides/access-tokens/get-long-lived */
const exchange: TokenForToken = {
  url: `${graph}/oauth/access_token`,
  method: 'POST',
  grant: 'fb_exchange_token',
  param: 'fb_exchange_token',
  tells: ['id', 'secret'],
}

/** The call by which a person's grant ends; who proves it differs. */
export const permissions = { kind: 'call', method: 'DELETE', url: `${graph}/me/permissions` } as const

/**
 * With each token goes a proof that it is the app's own server that has it. Meta takes it from every app, and demands it of one that has
 * "Require App Secret" on: https://developers.facebook.com/docs/graph-api/guides/secure-requests
 */
export const proven = (token = '{accessToken}') =>
  [
    { in: 'bearer', value: token },
    { in: 'query-hmac', name: 'appsecret_proof', of: token, key: '{clientSecret}' },
  ] satisfies Placement

export const login = {
  kind: 'oauth2',
  authorize: 'https://www.facebook.com/v26.0/dialog/oauth',
  token: `${graph}/oauth/access_token`,
  clientAuth: 'body',
  scopeSeparator: ',',
  // A person may untick some: https://developers.facebook.com/docs/facebook-login/guides/permissions
  placement: proven(),
  grantedScopes: {
    url: `${graph}/me/permissions`,
    placement: proven(),
    scopes: 'data[]',
    scope: 'permission',
    where: { path: 'status', equals: 'granted' },
  },
  answer: { error: 'error.code' },
  upgrade: exchange,
  refresh: exchange,
  lifetime: { access: '60d' },
  deadGrant: ['190', '102'],
  // 1 alone is an outage.
  badClient: ['101', { code: '1', says: 'client secret' }],
} satisfies Omit<Extract<AuthMethod, { kind: 'oauth2' }>, 'id' | 'defaultScopes'>
