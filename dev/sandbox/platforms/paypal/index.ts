import { type Exchange, bearerToken, sendJson } from '../../http.ts'
import { type Dialect, random } from '../../oauth/dialect.ts'
import type { SandboxPlatform } from '../../platform.ts'
import type { Tools } from '../../tools.ts'
import { certificatePath, certificates } from './certificates.ts'
import { answerAboutHooks } from './hooks.ts'
import { answerAboutTransactions } from './transactions.ts'
import { webhooks } from './webhooks.ts'

const client = { clientId: `A${'sandboxClient'.repeat(6)}`, clientSecret: `E${'sandboxSecret-_'.repeat(5)}` }
const scope = 'https://uri.paypal.com/services/invoicing openid https://uri.paypal.com/services/applications/webhooks'
const merchant = 'WDJJHEBZ4X2LY'

/** An app's own token: https://developer.paypal.com/api/rest/authentication/ */
const oauth: Dialect = {
  name: 'PayPal',
  authorization: { host: 'www.paypal.com', path: '/signin/authorize' },
  token: { path: '/v1/oauth2/token' },
  scopes: ['openid'],
  clientAuth: ['basic-raw'],
  otherGrants: {
    client_credentials(_, { id }, tools) {
      const token = `A21AA${random(90)}`
      tools.issue({ clientId: id, account: merchant, scope, token, seconds: 32_400 })
      const about = { scope, app_id: 'APP-80W284485P519543T', nonce: new Date().toISOString() + random(43) }
      return { status: 200, body: { ...about, access_token: token, token_type: 'Bearer', expires_in: 32_400 } }
    },
  },
  refresh: false,
  newToken: () => `A21AA${random(90)}`,
  translate({ status, body }) {
    if (body['error'] !== 'invalid_client') return { status, body }
    return { status: 401, body: { error: 'invalid_client', error_description: 'Client Authentication failed' } }
  },
  accounts: [merchant],
  accountPattern: /^[A-Z0-9]{13}$/,
}

const debug_id = () => random(13).toLowerCase()

/** https://developer.paypal.com/api/rest, as far as it is called. */
async function answer(exchange: Exchange, tools: Tools): Promise<void> {
  const { req, res, path, query } = exchange
  const headers = { 'paypal-debug-id': debug_id() }
  if (path === certificatePath && req.method === 'GET') {
    res.writeHead(200, { ...headers, 'content-type': 'application/x-pem-file' }).end(certificates)
    return
  }
  const granted = tools.granted(bearerToken(req))
  // The client is the merchant's own: when it has been ended, so have its tokens.
  if (!granted) {
    const error_description = 'Token signature verification failed'
    return sendJson(res, 401, { error: 'invalid_token', error_description }, headers)
  }
  if (path === '/v1/identity/oauth2/userinfo') {
    if (query.get('schema') !== 'paypalv1.1')
      return sendJson(
        res,
        400,
        { name: 'VALIDATION_ERROR', message: 'schema is not right', debug_id: debug_id() },
        headers,
      )
    const user_id = `https://www.paypal.com/webapps/auth/identity/user/${granted.account}`
    return sendJson(res, 200, { user_id, payer_id: granted.account, name: 'A shop', verified_account: 'true' }, headers)
  }
  const words = {
    answer: (status: number, body?: unknown) => {
      if (body !== undefined) return sendJson(res, status, body, headers)
      res.writeHead(status, headers).end()
    },
    refuse: (status: number, name: string, message: string, details: unknown[] = []) =>
      sendJson(res, status, { name, message, details, debug_id: debug_id() }, headers),
  }
  if (/^\/v1\/notifications\/webhooks(\/[^/]+)?$/.test(path)) return answerAboutHooks(exchange, tools, granted, words)
  if (path === '/v2/invoicing/invoices' && req.method === 'GET')
    return sendJson(res, 200, { total_items: 0, total_pages: 0, items: [] }, headers)
  if (path === '/v1/billing/plans' && req.method === 'GET') {
    const plans = [{ id: 'P-5ML4271244454362WXNWU5NQ', name: 'Monthly', status: 'ACTIVE' }]
    const totals = query.get('total_required') === 'true' ? { total_items: 1, total_pages: 1 } : {}
    return sendJson(res, 200, { plans, ...totals }, headers)
  }
  if (path === '/v1/reporting/transactions' && req.method === 'GET')
    return answerAboutTransactions(exchange, tools, granted.account, words.answer, words.refuse)
  if (path.startsWith('/v2/checkout/orders/')) {
    const details = [{ issue: 'INVALID_RESOURCE_ID', description: 'Specified resource ID does not exist.' }]
    const said = { name: 'RESOURCE_NOT_FOUND', message: 'The specified resource does not exist.', details }
    return sendJson(res, 404, { ...said, debug_id: debug_id() }, headers)
  }
  sendJson(res, 404, { name: 'NOT_FOUND', message: 'No such path', debug_id: debug_id() }, headers)
}

const credentials = { clientId: client.clientId, clientSecret: client.clientSecret }
const person = {
  credentials,
  wrongCredentials: { ...credentials, clientSecret: `E${'wrong'.repeat(10)}` },
  // The app is hers: only its own secret could end it.
  outlives: true,
  externalAccountId: merchant,
}

export const paypal: SandboxPlatform = {
  id: 'paypal',
  hosts: ['www.paypal.com', 'api.paypal.com', 'api-m.paypal.com', 'api-m.sandbox.paypal.com'],
  oauth,
  apps: [{ ...client, redirectUris: [] }],
  people: { client: person, 'sandbox-client': { ...person, environment: 'sandbox' } },
  answer,
  webhooks,
  refusal: status => ({
    body: {
      name: status === 429 ? 'RATE_LIMIT_REACHED' : 'INTERNAL_SERVER_ERROR',
      message: status === 429 ? 'Too many requests. Blocked due to rate limiting.' : 'An internal error has occurred.',
      debug_id: debug_id(),
    },
  }),
}
