import { type Dialect, random } from '../../oauth/dialect.ts'

const objects = ['contacts', 'companies', 'deals', 'leads', 'line_items', 'products', 'custom']
const scopes = [
  ...['oauth', 'tickets', 'e-commerce', 'forms', 'files', 'content', 'automation', 'timeline', 'crm.lists.read'],
  ...objects.flatMap(object => [`crm.objects.${object}.read`, `crm.objects.${object}.write`]),
  ...['crm.objects.owners.read', 'crm.lists.write', 'settings.users.read', 'transactional-email'],
]
/** What the accounts of the sandbox pay for: more is not granted where it is optional. */
const sold = scopes.filter(scope => !['automation', 'transactional-email', 'crm.objects.custom.read'].includes(scope))

const words: Record<string, [status: string, message: string]> = {
  invalid_grant: ['BAD_REFRESH_TOKEN', 'missing or invalid refresh token'],
  invalid_client: ['BAD_CLIENT_ID', 'missing or unknown client id'],
  invalid_request: ['BAD_REQUEST', 'the request is not right'],
}

/** https://developers.hubspot.com/docs/api-reference/latest/authentication/manage-oauth-tokens */
export const oauth: Dialect = {
  name: 'HubSpot',
  authorization: { host: 'app.hubspot.com', path: '/oauth/authorize' },
  token: { host: 'api.hubapi.com', path: /^\/oauth\/(2026-03|v3|v1)\/token$/ },
  revocation: { host: 'api.hubapi.com', path: '/oauth/2026-03/token/revoke' },
  scopes,
  clientAuth: ['body'],
  readAuthorization(query) {
    if (!query.get('scope')) return 'scope is missing'
    query.set('response_type', 'code') // not asked for
    const optional = (query.get('optional_scope') ?? '').split(' ').filter(scope => sold.includes(scope))
    query.set('scope', [query.get('scope'), ...optional].join(' '))
    return undefined
  },
  refresh: true,
  rotates: false,
  accessTokenSeconds: settings => Math.min(settings.accessTokenSeconds, 1800),
  newToken: kind => (kind === 'AccessToken' ? `CO${random(220)}` : `eu1-${random(36)}`),
  translate({ status, body }, { grantType, agreed }) {
    if (status === 200) {
      const { access_token, refresh_token, expires_in } = body
      const about = { hub_id: Number(agreed?.account), scopes: String(body['scope']).split(' '), user_id: 9_876_543 }
      const token = { token_use: 'access_token', token_type: 'bearer', refresh_token, access_token, expires_in }
      return { status, body: { ...token, ...about } }
    }
    if (status >= 500) return { status, body }
    const error = String(body['error'])
    const [said, message] =
      error === 'invalid_grant' && grantType === 'authorization_code'
        ? ['BAD_AUTH_CODE', 'missing or unknown auth code']
        : (words[error] ?? ['BAD_REQUEST', error])
    return { status: 400, body: { status: said, message, error, error_description: message } }
  },
  accounts: ['62515'],
  accountPattern: /^\d{4,12}$/,
}
