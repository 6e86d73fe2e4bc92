import { type Dialect, random } from '../../oauth/dialect.ts'

const descriptions: Record<string, string> = {
  invalid_client: 'Client key or secret is incorrect.',
  invalid_grant: 'Authorization code is expired, or the refresh token is invalid or expired.',
  invalid_request: 'The request parameters are malformed.',
}

/** https://developers.tiktok.com/doc/oauth-get-a-user-access-token */
export const oauth: Dialect = {
  name: 'TikTok',
  authorization: { host: 'www.tiktok.com', path: /^\/v2\/auth\/authorize\/?$/ },
  token: { host: 'open.tiktokapis.com', path: '/v2/oauth/token/' },
  scopes: [
    ...['user.info.basic', 'user.info.profile', 'user.info.stats', 'video.list', 'video.upload', 'video.publish'],
  ],
  scopeSeparator: ',',
  clientAuth: ['body'],
  clientParams: { id: 'client_key', secret: 'client_secret' },
  readAuthorization(query) {
    const key = query.get('client_key')
    if (key === null) return 'client_key is missing'
    for (const name of ['scope', 'redirect_uri', 'state']) if (!query.get(name)) return `${name} is missing`
    query.set('client_id', key)
    return undefined
  },
  refresh: true,
  // The old one stops working with the first use.
  reuseGraceSeconds: 0,
  reuse: 'refused',
  newToken: kind => `${kind === 'AccessToken' ? 'act' : 'rft'}.${random(60)}`,
  redirectExtras: ({ scope }) => ({ scopes: scope.split(' ').join(',') }),
  translate({ status, body }, { settings, agreed }) {
    const log_id = random(32).toUpperCase()
    if (status === 200) {
      const { access_token, expires_in, refresh_token } = body
      const scope = agreed?.scope.split(' ').join(',')
      const own = { open_id: agreed?.account, scope, refresh_expires_in: settings.refreshTokenSeconds }
      return { status, body: { ...own, access_token, expires_in, refresh_token, token_type: 'Bearer' } }
    }
    if (status >= 500) return { status, body }
    const error = String(body['error'])
    return { status: 400, body: { error, error_description: descriptions[error] ?? body['error_description'], log_id } }
  },
  accounts: ['723f24d7-e717-40f8-a2b6-cb8464cd23b4', '723f24d7-e717-40f8-a2b6-cb8464cd23b5'],
  accountPattern: /^[0-9a-f-]{36}$/,
}
