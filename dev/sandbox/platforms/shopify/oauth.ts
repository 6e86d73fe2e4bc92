import { createHmac } from 'node:crypto'
import { type Dialect, random } from '../../oauth/dialect.ts'

const scopes = ['products', 'orders', 'draft_orders', 'customers', 'inventory', 'fulfillments', 'discounts', 'content']

/** https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/authorization-code-grant */
export const oauth: Dialect = {
  name: 'Shopify',
  authorization: { path: '/admin/oauth/authorize' },
  token: { path: '/admin/oauth/access_token' },
  scopes: [
    ...scopes.flatMap(scope => [`read_${scope}`, `write_${scope}`]),
    ...['read_all_orders', 'read_locations', 'read_files', 'write_files', 'read_reports'],
  ],
  scopeSeparator: ',',
  pkce: 'ignored',
  clientAuth: ['body'],
  tokenBody: 'either',
  redirectAgain: false,
  readAuthorization(query, { host }) {
    if (!host) return 'Oauth error invalid_request: no shop'
    query.set('response_type', 'code') // not asked for
    return undefined
  },
  readToken(form) {
    if (!form.has('grant_type')) form.set('grant_type', 'authorization_code')
    return undefined
  },
  otherGrants: {
    // https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/client-credentials-grant
    client_credentials(_form, client, tools, { host }) {
      if (!host?.startsWith('causeway')) return { status: 400, body: { error: 'shop_not_permitted' } }
      const token = `shpat_${random(32)}`
      const scope = 'read_products read_customers'
      tools.issue({ clientId: client.id, account: host, scope, token, seconds: 86_399 })
      return { status: 200, body: { access_token: token, scope: scope.replace(' ', ','), expires_in: 86_399 } }
    },
  },
  refresh: true,
  reuse: 'refused',
  refreshTokenSeconds: () => 90 * 86_400,
  accessTokenSeconds: settings => settings.accessTokenSeconds,
  newToken: kind => `${kind === 'AccessToken' ? 'shpat' : 'shprt'}_${random(32)}`,
  redirectExtras({ account }, query, secret) {
    const host = Buffer.from(`admin.shopify.com/store/${account.split('.')[0]}`)
      .toString('base64')
      .replaceAll('=', '')
    const told = { shop: account, host, timestamp: String(Math.floor(Date.now() / 1000)) }
    const signed = Object.entries({ ...Object.fromEntries(query), ...told })
    const message = signed
      .filter(([name]) => name !== 'hmac')
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, value]) => `${name}=${value}`)
      .join('&')
    return { ...told, hmac: createHmac('sha256', secret).update(message).digest('hex') }
  },
  translate({ status, body }, { grantType, form }) {
    if (status === 200) {
      if (grantType === 'client_credentials') return { status, body }
      const { access_token, refresh_token, expires_in } = body
      const scope = String(body['scope']).replaceAll(' ', ',')
      const expires = grantType === 'refresh_token' || form.get('expiring') === '1'
      const ends = { expires_in, refresh_token, refresh_token_expires_in: 90 * 86_400 }
      return { status, body: { access_token, scope, ...(expires ? ends : {}) } }
    }
    if (body['error'] === 'invalid_client') return { status: 400, body: { error: 'application_cannot_be_found' } }
    if (body['error'] === 'invalid_grant' && grantType === 'authorization_code') {
      const error_description = 'The authorization code was not found or was already used'
      return { status: 400, body: { error: 'invalid_request', error_description } }
    }
    return { status, body }
  },
  accounts: ['causeway.myshopify.com'],
  accountPattern: /^[a-z0-9][a-z0-9-]*\.myshopify\.com$/,
  accountNamed: params => params['host'],
}
