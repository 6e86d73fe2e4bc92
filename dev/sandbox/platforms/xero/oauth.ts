import { type Dialect, random } from '../../oauth/dialect.ts'

/** The client of a custom connection: https://developer.xero.com/documentation/guides/oauth2/custom-connections */
export const customClient = { id: 'SANDBOXXEROCUSTOMCONNECTION00000', secret: 'sandbox-xero-custom_secret-1' }

const both = ['contacts', 'settings', 'transactions', 'invoices', 'payments', 'banktransactions', 'attachments']

/** https://developer.xero.com/documentation/guides/oauth2/auth-flow */
export const oauth: Dialect = {
  name: 'Xero',
  authorization: { host: 'login.xero.com', path: '/identity/connect/authorize' },
  token: { host: 'identity.xero.com', path: '/connect/token' },
  revocation: { host: 'identity.xero.com', path: '/connect/revocation' },
  scopes: [
    ...['openid', 'profile', 'email', 'offline_access', 'accounting.reports.read', 'accounting.journals.read', 'files'],
    ...both.flatMap(scope => [`accounting.${scope}`, `accounting.${scope}.read`]),
  ],
  pkce: 'taken',
  clientAuth: ['basic-raw'],
  otherGrants: {
    client_credentials(_form, client, tools) {
      if (client.id !== customClient.id) return { status: 400, body: { error: 'unauthorized_client' } }
      const token = newToken()
      const { accessTokenSeconds: seconds } = tools.storage.settings()
      const params = { kind: 'custom' }
      tools.issue({ clientId: client.id, account: 'one', scope: 'accounting.settings.read', token, seconds, params })
      const scope = 'accounting.settings.read accounting.contacts'
      return { status: 200, body: { access_token: token, expires_in: seconds, token_type: 'Bearer', scope } }
    },
  },
  refresh: ({ scope }) => scope.split(' ').includes('offline_access'),
  reuse: 'refused',
  refreshTokenSeconds: () => 60 * 86_400,
  newToken: kind => (kind === 'AccessToken' ? newToken() : random(43)),
  translate({ status, body }) {
    if (status === 200) {
      const { access_token, refresh_token, expires_in, scope } = body
      const kept = refresh_token ? { refresh_token } : {}
      return { status, body: { access_token, expires_in, token_type: 'Bearer', ...kept, scope } }
    }
    // The word alone: no description.
    return { status: status >= 500 ? status : 400, body: { error: body['error'] } }
  },
  accounts: ['one', 'two'],
  accountPattern: /^(one|two|org-\w+)$/,
}

/** Its tokens are JWTs, as long as theirs. */
function newToken(): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const claims = {
    iss: 'https://identity.xero.com',
    xero_userid: 'amy',
    authentication_event_id: random(20),
    jti: random(32),
  }
  return [part({ alg: 'RS256', typ: 'JWT', kid: random(16) }), part(claims), random(342)].join('.')
}
