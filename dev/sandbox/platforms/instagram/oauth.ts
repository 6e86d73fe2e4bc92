import { type Dialect, random } from '../../oauth/dialect.ts'

const refused: Record<string, string> = {
  invalid_client: 'Error validating client secret',
  invalid_grant: 'This authorization code has been used',
}

/** https://developers.facebook.com/documentation/instagram-platform/instagram-api-with-instagram-login/business-login */
export const oauth: Dialect = {
  name: 'Instagram',
  authorization: { host: 'www.instagram.com', path: /^\/oauth\/authorize\/?$/ },
  token: { host: 'api.instagram.com', path: /^\/oauth\/access_token\/?$/ },
  scopes: [
    ...['instagram_business_basic', 'instagram_business_content_publish', 'instagram_business_manage_messages'],
    ...['instagram_business_manage_comments', 'instagram_business_manage_insights'],
  ],
  scopeSeparator: ',',
  pkce: 'ignored',
  clientAuth: ['body'],
  readAuthorization(query) {
    if (query.get('response_type') !== 'code') return 'response_type has to be code'
    return query.get('scope') ? undefined : 'scope is missing'
  },
  readToken: form => (form.get('grant_type') === 'authorization_code' ? undefined : 'Invalid grant_type'),
  refresh: false,
  accessTokenSeconds: () => 3_600,
  newToken: () => `IGAA${random(120)}`,
  translate({ status, body }, { agreed }) {
    if (status === 200) {
      // A list of one, as it is documented.
      const { access_token } = body
      const permissions = agreed?.scope.split(' ').join(',')
      return { status, body: { data: [{ access_token, user_id: agreed?.account, permissions }] } }
    }
    if (status >= 500) return { status, body }
    const error_message = refused[String(body['error'])] ?? body['error_description'] ?? 'Invalid parameters'
    return { status: 400, body: { error_type: 'OAuthException', code: 400, error_message } }
  },
  accounts: ['17841400000000001', '17841400000000002'],
  accountPattern: /^\d{10,20}$/,
}
