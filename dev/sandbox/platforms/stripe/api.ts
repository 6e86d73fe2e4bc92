import { randomBytes } from 'node:crypto'
import { type Exchange, basicCredentials, bearerToken, readBody, sendJson } from '../../http.ts'
import type { Storage } from '../../storage.ts'
import type { Tools } from '../../tools.ts'
import { deauthorize } from './connect.ts'
import { answerAboutEndpoints } from './endpoints.ts'
import { eventsOf } from './events.ts'

type Customer = Record<string, unknown>

/** Stripe's API, as far as it is called: the account, and customers with its cursors. https://docs.stripe.com/api */
export async function handleStripe(exchange: Exchange, tools: Tools): Promise<void> {
  const { req, res, path, query } = exchange
  if (path === '/oauth/deauthorize' && req.method === 'POST') return deauthorize(exchange, tools)
  const { storage } = tools
  const refuse = (status: number, error: Record<string, unknown>) =>
    sendJson(res, status, { error: { type: 'invalid_request_error', ...error } }, { 'request-id': newId('req') })
  const key = basicCredentials(req)?.name ?? bearerToken(req)
  const account = tools.accountOfKey(key) ?? tools.granted(key)?.account
  if (!key)
    return refuse(401, {
      message: 'You did not provide an API key, in the Authorization header, using Bearer or Basic auth.',
    })
  if (!account) return refuse(401, { message: `Invalid API Key provided: ${masked(key)}` })
  const answer = (body: unknown) =>
    sendJson(res, 200, body, { 'request-id': newId('req'), 'stripe-version': '2024-06-20' })

  if (path === '/v1/account' || path === `/v1/accounts/${account}`) return answer(accountObject(account))
  if (path === '/v1/events' && req.method === 'GET') {
    const found = eventsOf(query)
    if ('list' in found) return answer(found.list)
    return refuse(400, { message: `Received unknown parameter: ${found.param}`, code: 'parameter_unknown', ...found })
  }
  const [, , resource, id] = path.split('/')
  if (resource === 'webhook_endpoints') return answerAboutEndpoints(exchange, tools, account, { answer, refuse })
  if (resource !== 'customers') return refuse(404, { message: `Unrecognized request URL (${req.method}: ${path}).` })
  if (req.method === 'GET' && !id) return answer(list(storage, account, query))
  const found = id
    ? storage.get<{ body: string }>('SELECT body FROM stripe_customers WHERE account = ? AND id = ?', account, id)
    : undefined
  if (id && !found) return refuse(404, { message: `No such customer: '${id}'`, code: 'resource_missing', param: 'id' })
  if (req.method === 'GET') return answer(found?.body)
  if (req.method === 'DELETE' && id) {
    storage.run('DELETE FROM stripe_customers WHERE id = ?', id)
    return answer({ id, object: 'customer', deleted: true })
  }
  if (req.method !== 'POST') return refuse(404, { message: 'Unrecognized request' })
  const idempotencyKey = String(req.headers['idempotency-key'] ?? '')
  const earlier = idempotencyKey
    ? storage.get<{ body: string }>(
        'SELECT body FROM stripe_answered WHERE account = ? AND key = ?',
        account,
        idempotencyKey,
      )
    : undefined
  if (earlier) return answer(earlier.body)
  const fields = nested(new URLSearchParams((await readBody(req)).toString('utf8')))
  const customer = found ? { ...(JSON.parse(found.body) as Customer), ...fields } : newCustomer(fields)
  const body = JSON.stringify(customer)
  if (found) storage.run('UPDATE stripe_customers SET body = ? WHERE id = ?', body, String(id))
  else
    storage.run(
      'INSERT INTO stripe_customers (id, account, body) VALUES (?, ?, ?)',
      String(customer['id']),
      account,
      body,
    )
  if (idempotencyKey) storage.run('INSERT INTO stripe_answered VALUES (?, ?, ?)', account, idempotencyKey, body)
  answer(body)
}

/** Newest first; `starting_after` and `ending_before` are ids. https://docs.stripe.com/api/pagination */
function list(storage: Storage, account: string, query: URLSearchParams): unknown {
  const limit = Math.min(Math.max(Number(query.get('limit') ?? 10), 1), 100)
  const after = query.get('starting_after')
  const before = query.get('ending_before')
  const cursor = after ?? before
  const at = cursor
    ? storage.get<{ seq: number }>('SELECT seq FROM stripe_customers WHERE id = ?', cursor)?.seq
    : undefined
  const order = before ? 'seq > ? ORDER BY seq ASC' : 'seq < ? ORDER BY seq DESC'
  const rows = storage.all<{ body: string }>(
    `SELECT body FROM stripe_customers WHERE account = ? AND ${order} LIMIT ?`,
    ...[account, at ?? Number.MAX_SAFE_INTEGER, limit + 1],
  )
  const page = rows.slice(0, limit).map(row => JSON.parse(row.body) as unknown)
  return { object: 'list', url: '/v1/customers', has_more: rows.length > limit, data: before ? page.reverse() : page }
}

function newCustomer(fields: Customer): Customer {
  return {
    ...{ id: newId('cus'), object: 'customer', balance: 0, created: Math.floor(Date.now() / 1000), currency: null },
    ...{ delinquent: false, description: null, email: null, livemode: false, metadata: {}, name: null, phone: null },
    ...fields,
  }
}

/** `metadata[plan]=gold` as `{ metadata: { plan: 'gold' } }`. */
function nested(form: URLSearchParams): Customer {
  const result: Customer = {}
  for (const [name, value] of form) {
    const [, outer = '', inner] = /^([^[]+)(?:\[([^\]]+)\])?$/.exec(name) ?? []
    if (inner === undefined) result[outer] = value
    else result[outer] = { ...(result[outer] as Customer | undefined), [inner]: value }
  }
  return result
}

function accountObject(id: string): unknown {
  return {
    ...{
      id,
      object: 'account',
      business_type: 'company',
      country: 'US',
      default_currency: 'usd',
      email: 'owner@example.com',
    },
    ...{ charges_enabled: true, payouts_enabled: true, details_submitted: true, type: 'standard' },
    business_profile: { name: `Sandbox Shop ${id.slice(-3)}`, url: 'https://shop.example.com' },
    settings: { dashboard: { display_name: `Sandbox Shop ${id.slice(-3)}`, timezone: 'Etc/UTC' } },
  }
}

function masked(key: string): string {
  return key.length > 12 ? `${key.slice(0, 8)}${'*'.repeat(key.length - 12)}${key.slice(-4)}` : '*'.repeat(key.length)
}

function newId(prefix: string): string {
  return `${prefix}_${randomBytes(12).toString('hex')}`
}
