import { type Dialect, random } from '../../oauth/dialect.ts'

const descriptions: Record<string, string> = {
  invalid_client: 'Client authentication failed',
  invalid_grant: 'Unable to retrieve access token: the authorization code or refresh token is not valid or has expired',
}

/**
 * https://learn.microsoft.com/en-us/linkedin/shared/authentication/authorization-code-flow: of an app that has no refresh tokens,
 * as most have none.
 */
export const oauth: Dialect = {
  name: 'LinkedIn',
  authorization: { host: 'www.linkedin.com', path: '/oauth/v2/authorization' },
  token: { host: 'www.linkedin.com', path: '/oauth/v2/accessToken' },
  scopes: [
    ...['openid', 'profile', 'email', 'w_member_social', 'r_organization_social', 'w_organization_social'],
    ...['r_organization_admin', 'rw_organization_admin', 'r_ads', 'rw_ads', 'r_ads_reporting', 'r_basicprofile'],
  ],
  pkce: 'ignored',
  clientAuth: ['body'],
  readToken(form) {
    const needed = ['grant_type', 'code', 'redirect_uri']
    const missing = needed.find(name => form.get('grant_type') !== 'refresh_token' && !form.get(name))
    return missing && `A required parameter "${missing}" is missing`
  },
  refresh: false,
  accessTokenSeconds: () => 60 * 86_400,
  newToken: () => `AQ${random(180)}`,
  translate({ status, body }, { agreed }) {
    if (status === 200) {
      const { access_token, expires_in } = body
      const scope = agreed?.scope.split(' ').join(',')
      return { status, body: { access_token, expires_in, scope, token_type: 'Bearer' } }
    }
    if (status >= 500) return { status, body }
    const error = String(body['error'])
    return { status, body: { error, error_description: descriptions[error] ?? body['error_description'] } }
  },
  accounts: ['782bbtaQ01', '782bbtaQ02'],
  accountPattern: /^[A-Za-z0-9_-]{5,20}$/,
}
