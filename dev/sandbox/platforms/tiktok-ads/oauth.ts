import { randomBytes } from 'node:crypto'
import { type Dialect, tenYears } from '../../oauth/dialect.ts'
import { advertisersOf } from './advertisers.ts'

const codes: Record<string, [code: number, message: string]> = {
  invalid_client: [40002, 'app_id or secret is not correct'],
  invalid_grant: [40110, 'Auth_code is expired or used'],
}

/** https://business-api.tiktok.com/portal/docs?id=1738373164380162: a long-lived token, asked for in JSON, and no refresh. */
export const oauth: Dialect = {
  name: 'TikTok Ads',
  authorization: { host: 'business-api.tiktok.com', path: '/portal/auth' },
  token: { host: 'business-api.tiktok.com', path: '/open_api/v1.3/oauth2/access_token/' },
  scopes: [],
  pkce: 'ignored',
  clientAuth: ['body'],
  clientParams: { id: 'app_id', secret: 'secret' },
  tokenBody: 'json',
  readAuthorization(query) {
    const app = query.get('app_id')
    if (app === null) return 'app_id is missing'
    query.set('client_id', app)
    query.set('response_type', 'code')
    query.delete('scope')
    return undefined
  },
  readToken(form) {
    const code = form.get('auth_code')
    if (code === null) return 'auth_code: Missing data for required field.'
    form.set('grant_type', 'authorization_code')
    form.set('code', code)
    return undefined
  },
  refresh: false,
  accessTokenSeconds: tenYears,
  newToken: () => randomBytes(20).toString('hex'),
  // The code comes under its own name.
  redirectExtras(_, query) {
    const auth_code = query.get('code') ?? ''
    query.delete('code')
    return { auth_code }
  },
  translate({ status, body }, { agreed }) {
    const request_id = randomBytes(16).toString('hex')
    if (status === 200) {
      const advertiser_ids = advertisersOf(agreed?.account ?? '').map(({ advertiser_id }) => advertiser_id)
      const data = { access_token: body['access_token'], scope: [4], advertiser_ids }
      return { status, body: { code: 0, message: 'OK', request_id, data } }
    }
    if (status >= 500) return { status, body }
    const [code, message] = codes[String(body['error'])] ?? [40002, body['error_description']]
    return { status: 200, body: { code, message, request_id, data: {} } }
  },
  accounts: ['6900000000000000001', '6900000000000000002'],
  accountPattern: /^\d{10,20}$/,
}
