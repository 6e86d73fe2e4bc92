import { createHmac } from 'node:crypto'
import { type Dialect, random } from '../../oauth/dialect.ts'

export const instance = 'causeway.my.salesforce.com'
export const organization = '00D5g000004SbxAEAS'
export const user = '0055g00000AbCdEAAV'

/** https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_web_server_flow.htm */
export const oauth: Dialect = {
  name: 'Salesforce',
  authorization: { path: '/services/oauth2/authorize' },
  token: { path: '/services/oauth2/token' },
  scopes: [
    ...[
      'api',
      'refresh_token',
      'offline_access',
      'id',
      'openid',
      'profile',
      'email',
      'address',
      'phone',
      'full',
      'web',
    ],
    ...['chatter_api', 'content', 'custom_permissions', 'lightning', 'visualforce', 'wave_api', 'eclair_api'],
  ],
  pkce: 'taken',
  readAuthorization(query) {
    // There is one method, which need not be named.
    if (query.has('code_challenge')) query.set('code_challenge_method', 'S256')
    return undefined
  },
  clientAuth: ['body', 'basic'],
  otherGrants: {
    // https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_client_credentials_flow.htm
    client_credentials(_form, client, tools, { host }) {
      const isDomain = host?.endsWith('.my.salesforce.com') === true
      const error_description = 'request not supported on this domain'
      if (!isDomain) return { status: 400, body: { error: 'invalid_grant', error_description } }
      const token = newToken()
      const { accessTokenSeconds: seconds } = tools.storage.settings()
      tools.issue({ clientId: client.id, account: organization, scope: 'api id', token, seconds })
      return { status: 200, body: { access_token: token, scope: 'api id' } }
    },
  },
  refresh: ({ scope }) => /\b(refresh_token|offline_access|full)\b/.test(scope),
  rotates: false,
  newToken: kind => (kind === 'AccessToken' ? newToken() : `5Aep861${random(80)}`),
  translate({ status, body }, { grantType, agreed }) {
    if (status === 200) {
      const issued_at = String(Date.now())
      const id = `https://login.salesforce.com/id/${agreed?.account ?? organization}/${user}`
      const signature = createHmac('sha256', 'the consumer secret')
        .update(id + issued_at)
        .digest('base64')
      const { access_token, refresh_token, scope } = body
      // What was spent stays as it is, and is not said again. The life of a session is not said at all.
      const kept = grantType === 'authorization_code' && refresh_token ? { refresh_token } : {}
      const rest = { signature, scope, instance_url: `https://${instance}`, id, token_type: 'Bearer', issued_at }
      return { status, body: { access_token, ...kept, ...rest } }
    }
    const description: Record<string, string> = {
      invalid_client: 'invalid client credentials',
      invalid_grant: grantType === 'refresh_token' ? 'expired access/refresh token' : 'expired authorization code',
    }
    const error = String(body['error'])
    const error_description = description[error] ?? body['error_description'] ?? error
    return { status: status >= 500 ? status : 400, body: { error, error_description } }
  },
  accounts: [organization],
  accountPattern: /^00D[A-Za-z0-9]{15}$/,
}

const newToken = () => `${organization}!${random(88)}`
