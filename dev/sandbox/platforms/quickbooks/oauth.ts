import { type Dialect, random } from '../../oauth/dialect.ts'

/** https://developer.intuit.com/app/developer/qbo/docs/develop/authentication-and-authorization/oauth-2.0 */
export const oauth: Dialect = {
  name: 'QuickBooks Online',
  authorization: { host: 'appcenter.intuit.com', path: '/connect/oauth2' },
  token: { host: 'oauth.platform.intuit.com', path: '/oauth2/v1/tokens/bearer' },
  revocation: { host: 'developer.api.intuit.com', path: '/v2/oauth2/tokens/revoke' },
  scopes: ['com.intuit.quickbooks.accounting', 'com.intuit.quickbooks.payment'],
  clientAuth: ['basic'],
  refresh: true,
  // about as long as Intuit's encrypted tokens, so that too narrow a column or header would show
  newToken: kind => (kind === 'AccessToken' ? random(900) : `AB11${random(46)}`),
  redirectExtras: ({ account }) => ({ realmId: account }),
  translate({ status, body }, { settings }) {
    if (status !== 200) return { status, body }
    const { access_token, refresh_token, expires_in } = body
    const x_refresh_token_expires_in = settings.refreshTokenSeconds
    return {
      status,
      body: { token_type: 'bearer', expires_in, refresh_token, x_refresh_token_expires_in, access_token },
    }
  },
  accounts: ['9130357992221046'],
  accountPattern: /^\d{5,20}$/,
}
