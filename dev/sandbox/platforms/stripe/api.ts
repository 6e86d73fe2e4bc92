import { type Exchange, basicCredentials, bearerToken, readBody, sendJson } from '../../http.ts'
import type { Tools } from '../../tools.ts'
import { accountObject, masked } from './account.ts'
import { deauthorize } from './connect.ts'
import { customers } from './resources/customers.ts'
import { answerAboutEndpoints } from './endpoints.ts'
import { eventFilters } from './events.ts'
import { expanded } from './expand.ts'
import { nested } from './form.ts'
import { linesOf, withFirstLines } from './long-lists.ts'
import { once } from './idempotency.ts'
import { taxRates } from './resources/invoice-lines.ts'
import { invoiceItems, invoices } from './resources/invoices.ts'
import { paymentIntents } from './resources/payments.ts'
import { prices, products } from './resources/products.ts'
import { Refusal, noSuch } from './refusal.ts'
import type { Resource } from './resources/resource.ts'
import { type Store, type StripeObject, newId, storeOf } from './store.ts'

const events: Resource = { kind: 'events', filters: eventFilters }
const resources = [customers, products, prices, taxRates, invoices, invoiceItems, paymentIntents, events]

/** Stripe's API, as far as it is called: the account, its objects with their cursors, and its events. https://docs.stripe.com/api */
export async function handleStripe(exchange: Exchange, tools: Tools): Promise<void> {
  const { req, res, path } = exchange
  if (path === '/oauth/deauthorize' && req.method === 'POST') return deauthorize(exchange, tools)
  const refuse = (status: number, error: Record<string, unknown>) =>
    sendJson(res, status, { error: { type: 'invalid_request_error', ...error } }, { 'request-id': newId('req') })
  const key = basicCredentials(req)?.name ?? bearerToken(req)
  const account = tools.accountOfKey(key) ?? tools.granted(key)?.account
  if (!key)
    return refuse(401, {
      message: 'You did not provide an API key, in the Authorization header, using Bearer or Basic auth.',
    })
  if (!account) return refuse(401, { message: `Invalid API Key provided: ${masked(key)}` })
  const version = String(req.headers['stripe-version'] ?? '2024-06-20')
  if (!/^\d{4}-\d\d-\d\d(\.[a-z]+)?$/.test(version))
    return refuse(400, { message: `Invalid Stripe API version: ${version}` })
  const headers = { 'request-id': newId('req'), 'stripe-version': version }
  const answer = (body: unknown) => sendJson(res, 200, body, headers)

  if (path === '/v1/account' || path === `/v1/accounts/${account}`) return answer(accountObject(account))
  if (path.startsWith('/v1/webhook_endpoints'))
    return answerAboutEndpoints(exchange, tools, account, { answer, refuse })
  try {
    await answerResource(exchange, tools, account, headers)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    refuse(error.status, error.error)
  }
}

async function answerResource(
  { req, res, path, query }: Exchange,
  { storage }: Tools,
  account: string,
  headers: Record<string, string>,
): Promise<void> {
  const [, version, kind, id, action, rest] = path.split('/').map(decodeURIComponent)
  const resource = resources.find(one => one.kind === kind)
  const nowhere = new Refusal(404, { message: `Unrecognized request URL (${req.method}: ${path}).` })
  if (version !== 'v1' || !resource || rest !== undefined) throw nowhere
  const store = storeOf(storage, account)
  const expands = (params: Iterable<[string, string]>) =>
    [...params].filter(([name]) => /^expand\[\d*\]$/.test(name)).map(([, value]) => value)
  if (req.method === 'GET') {
    if (action === 'lines' && kind === 'invoices' && id !== undefined)
      return sendJson(res, 200, linesOf(there(store, resource, id), query), headers)
    if (action !== undefined) throw nowhere
    const found = id === undefined ? store.list(resource.kind, query, resource.filters) : there(store, resource, id)
    return sendJson(res, 200, withFirstLines(expanded(store, found, expands(query))), headers)
  }
  if (req.method !== 'POST' && req.method !== 'DELETE') throw nowhere
  const type = req.headers['content-type']
  const text = (await readBody(req)).toString('utf8')
  if (text !== '' && type?.startsWith('application/x-www-form-urlencoded') !== true)
    throw new Refusal(400, { message: 'Requests have to be of the type application/x-www-form-urlencoded.' })
  const form = new URLSearchParams(text)
  const work = () => {
    const object = id === undefined ? undefined : there(store, resource, id)
    const done = carryOut(resource, {
      store,
      object,
      action,
      params: nested(form),
      isDeletion: req.method === 'DELETE',
    })
    if (!done) throw nowhere
    return { status: 200, body: JSON.stringify(withFirstLines(expanded(store, done, expands(form)))) }
  }
  const idempotencyKey = req.method === 'POST' ? String(req.headers['idempotency-key'] ?? '') : ''
  const { status, body, replayed } = once(storage, { account, key: idempotencyKey, asked: `${path}?${text}` }, work)
  sendJson(res, status, body, { ...headers, ...(replayed ? { 'idempotent-replayed': 'true' } : {}) })
}

function there(store: Store, { kind }: Resource, id: string): StripeObject {
  const found = store.get(kind, id)
  if (!found) throw noSuch(kind.replace(/s$/, '').replaceAll('_', ''), id)
  return found
}

interface Done {
  store: Store
  object: StripeObject | undefined
  action: string | undefined
  params: Record<string, unknown>
  isDeletion: boolean
}

/** Undefined where the resource knows no such request. */
function carryOut(resource: Resource, { store, object, action, params, isDeletion }: Done): StripeObject | undefined {
  if (object && action !== undefined)
    return isDeletion ? undefined : resource.actions?.[action]?.(object, params, { store })
  if (isDeletion) return object && resource.delete?.(object, { store })
  return object ? resource.update?.(object, params, { store }) : resource.create?.(params, { store })
}
