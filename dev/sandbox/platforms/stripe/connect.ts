import { type Exchange, basicCredentials, bearerToken, readBody, sendJson } from '../../http.ts'
import { type Dialect, random, tenYears } from '../../oauth/dialect.ts'
import type { Tools } from '../../tools.ts'

/** A platform's Connect settings: its secret key is what proves it. */
export const connectClient = { id: 'ca_SandboxConnect', secret: 'sk_test_causewaySandboxPlatform' }

const withKey = (form: URLSearchParams, req: Exchange['req']): void => {
  const key = bearerToken(req) ?? basicCredentials(req, true)?.name ?? form.get('client_secret')
  if (key !== connectClient.secret) return
  form.set('client_secret', key)
  if (!form.has('client_id')) form.set('client_id', connectClient.id)
}

/** https://docs.stripe.com/connect/oauth-reference */
export const connect: Dialect = {
  name: 'Stripe',
  authorization: { host: 'connect.stripe.com', path: '/oauth/authorize' },
  token: { host: 'connect.stripe.com', path: '/oauth/token' },
  scopes: ['read_only', 'read_write'],
  pkce: 'ignored',
  clientAuth: ['body'],
  redirectAgain: false,
  readAuthorization(query) {
    if (!query.has('scope')) query.set('scope', 'read_only')
    return undefined
  },
  readToken(form, req) {
    withKey(form, req)
    return undefined
  },
  refresh: true,
  rotates: false,
  accessTokenSeconds: tenYears,
  newToken: kind => (kind === 'AccessToken' ? `sk_test_${random(99)}` : `rt_${random(48)}`),
  translate({ status, body }, { agreed }) {
    if (status === 200) {
      const { access_token, refresh_token, scope } = body
      const kind = { token_type: 'bearer', livemode: false, stripe_publishable_key: `pk_test_${random(24)}` }
      return { status, body: { access_token, refresh_token, ...kind, stripe_user_id: agreed?.account, scope } }
    }
    const words: Record<string, string> = {
      invalid_client: 'No such API key',
      invalid_grant: 'Authorization code does not exist or has been used already',
    }
    const error = String(body['error'])
    return { status: status === 401 ? 401 : 400, body: { error, error_description: words[error] ?? error } }
  },
  accounts: ['acct_1SandboxThree'],
  accountPattern: /^acct_[A-Za-z0-9]{5,30}$/,
}

/** An account's connection to the platform is ended. */
export async function deauthorize({ req, res }: Exchange, tools: Tools): Promise<void> {
  const form = new URLSearchParams((await readBody(req)).toString())
  withKey(form, req)
  if (form.get('client_secret') !== connectClient.secret || form.get('client_id') !== connectClient.id)
    return sendJson(res, 401, { error: 'invalid_client', error_description: 'No such application' })
  const account = form.get('stripe_user_id')
  const query = 'SELECT id FROM grants WHERE platform = ? AND account = ? AND client_id = ? AND revoked_ms IS NULL'
  const grants = tools.storage.all<{ id: string }>(query, tools.platform, account, connectClient.id)
  if (grants.length === 0) {
    const error_description = `This application is not connected to stripe account ${account}, or that account does not exist.`
    return sendJson(res, 400, { error: 'invalid_client', error_description })
  }
  for (const { id } of grants) tools.endGrant(id)
  sendJson(res, 200, { stripe_user_id: account })
}
