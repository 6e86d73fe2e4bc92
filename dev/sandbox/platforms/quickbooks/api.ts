import { type Exchange, bearerToken, readBody, sendJson } from '../../http.ts'
import type { Storage } from '../../storage.ts'
import type { Tools } from '../../tools.ts'
import { type Customer, createCustomer, ensureCompany, getCustomer, updateCustomer } from './customers.ts'
import { Fault, forbidden, intuitTime, invalid, notFound, queryFault, required, unauthorized } from './faults.ts'
import { answerQuery } from './query.ts'

const feedDays = 30
const feedMax = 1000
const batchMax = 30

/**
 * The accounting API, as far as customers go: companyinfo, query, cdc, customer, batch.
 * https://developer.intuit.com/app/developer/qbo/docs/api/accounting/all-entities/customer
 */
export async function handleQuickbooks(exchange: Exchange, tools: Tools): Promise<void> {
  const { req, res, path, query } = exchange
  const { storage } = tools
  try {
    const realm = authorize(exchange, tools)
    ensureCompany(storage, realm)
    const requestId = req.method === 'POST' ? query.get('requestid') : null
    const earlier = requestId
      ? storage.get<{ status: number; body: string }>(
          'SELECT status, body FROM answered WHERE realm = ? AND request_id = ?',
          realm,
          requestId,
        )
      : undefined
    const resource = path.split('/').slice(4).join('/')
    const text = req.method === 'POST' ? (await readBody(req)).toString('utf8') : ''
    const answer = earlier?.body ?? route(storage, realm, String(req.method), resource, query, text)
    if (requestId && !earlier) storage.run('INSERT INTO answered VALUES (?, ?, ?, ?)', realm, requestId, 200, answer)
    respond(exchange, 200, answer)
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    const headers: Record<string, string> =
      error.status === 401 ? { 'www-authenticate': 'Bearer realm="Intuit", error="invalid_token"' } : {}
    respond(exchange, error.status, error.body, headers)
  }
  function respond(to: Exchange, status: number, body: string, headers: Record<string, string> = {}): void {
    const wantsJson = /json/.test(req.headers.accept ?? '')
    if (wantsJson) return sendJson(to.res, status, body, { ...headers, intuit_tid: `1-${Date.now().toString(16)}` })
    // whoever forgets `accept: application/json` gets XML there too
    res.writeHead(status, { 'content-type': 'application/xml;charset=UTF-8', ...headers })
    res.end(`<?xml version="1.0" encoding="UTF-8" standalone="yes"?><IntuitResponse time="${intuitTime(Date.now())}"/>`)
  }
}

function authorize({ req, path }: Exchange, tools: Tools): string {
  const token = bearerToken(req)
  if (!token) throw unauthorized('Malformed bearer token: too short or too long')
  const granted = tools.granted(token)
  if (!granted) throw unauthorized('Token expired or revoked')
  const realm = /^\/v3\/company\/(\d+)\//.exec(path)?.[1]
  if (realm !== granted.account || !granted.scope.includes('com.intuit.quickbooks.accounting')) throw forbidden()
  return realm
}

/** The text of a successful answer. */
function route(
  storage: Storage,
  realm: string,
  method: string,
  resource: string,
  query: URLSearchParams,
  text: string,
): string {
  const time = `"time":"${intuitTime(Date.now())}"`
  const [name = '', id] = resource.toLowerCase().split('/')
  if (name === 'query') {
    const statement = method === 'POST' ? text : query.get('query')
    if (!statement) throw queryFault('no query')
    return `{"QueryResponse":${answerQuery(storage, realm, statement)},${time}}`
  }
  if (name === 'companyinfo' && method === 'GET') return JSON.stringify(companyInfo(storage, realm))
  if (name === 'cdc' && method === 'GET')
    return `{"CDCResponse":[{"QueryResponse":[${changes(storage, realm, query)}]}],${time}}`
  if (name === 'customer' && method === 'GET' && id) {
    const customer = getCustomer(storage, realm, Number(id))
    if (!customer) throw notFound()
    return `{"Customer":${JSON.stringify(customer)},${time}}`
  }
  if (name === 'customer' && method === 'POST') {
    if (query.get('operation'))
      throw invalid(`Operation ${query.get('operation')} is not supported: set Active to false`, 'operation')
    return `{"Customer":${JSON.stringify(save(storage, realm, parse(text)))},${time}}`
  }
  if (name === 'batch' && method === 'POST')
    return `{"BatchItemResponse":[${batch(storage, realm, parse(text)).join(',')}],${time}}`
  throw new Fault(404, {
    Fault: {
      Error: [
        { Message: 'Unsupported Operation', Detail: `Operation ${name} is not supported.`, code: '500', element: '' },
      ],
      type: 'ValidationFault',
    },
  })
}

function parse(text: string): Customer {
  try {
    return JSON.parse(text) as Customer
  } catch {
    throw invalid('the body is not JSON', 'body')
  }
}

function save(storage: Storage, realm: string, input: Customer): Customer {
  return input?.['Id'] === undefined ? createCustomer(storage, realm, input) : updateCustomer(storage, realm, input)
}

/** https://developer.intuit.com/app/developer/qbo/docs/api/accounting/all-entities/batch */
function batch(storage: Storage, realm: string, body: Customer): string[] {
  const items = body['BatchItemRequest']
  if (!Array.isArray(items)) throw required('BatchItemRequest')
  if (items.length > batchMax) throw invalid(`at most ${batchMax} items in a batch`, 'BatchItemRequest')
  return (items as Customer[]).map(item => {
    const bId = `"bId":${JSON.stringify(item['bId'] ?? '')}`
    try {
      if (typeof item['Query'] === 'string')
        return `{"QueryResponse":${answerQuery(storage, realm, item['Query'])},${bId}}`
      const customer = item['Customer'] as Customer
      if (item['operation'] === 'create')
        return `{"Customer":${JSON.stringify(createCustomer(storage, realm, customer))},${bId}}`
      if (item['operation'] === 'update')
        return `{"Customer":${JSON.stringify(updateCustomer(storage, realm, customer))},${bId}}`
      throw invalid(`Operation ${String(item['operation'])} is not supported`, 'operation')
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      return `{"Fault":${JSON.stringify((JSON.parse(error.body) as { Fault: unknown }).Fault)},${bId}}`
    }
  })
}

/** https://developer.intuit.com/app/developer/qbo/docs/learn/explore-the-quickbooks-online-api/change-data-capture */
function changes(storage: Storage, realm: string, query: URLSearchParams): string {
  const since = Date.parse(query.get('changedSince') ?? '')
  if (Number.isNaN(since)) throw required('changedSince')
  if (since < Date.now() - feedDays * 86_400_000)
    throw invalid(`changedSince is more than ${feedDays} days ago`, 'changedSince')
  const entities = (query.get('entities') ?? '').split(',').map(name => name.trim().toLowerCase())
  if (!entities.includes('customer')) return '{}'
  const rows = storage.all<{ id: number; deleted: number; updated_s: number; body: string }>(
    'SELECT id, deleted, updated_s, body FROM customers WHERE realm = ? AND updated_s >= ? ORDER BY updated_s, id LIMIT ?',
    ...[realm, Math.floor(since / 1000), feedMax],
  )
  if (rows.length === 0) return '{}'
  const entries = rows.map(({ id, deleted, updated_s, body }) => {
    if (!deleted) return body
    const MetaData = { LastUpdatedTime: intuitTime(updated_s * 1000) }
    return JSON.stringify({ domain: 'QBO', status: 'Deleted', Id: String(id), MetaData })
  })
  return `{"Customer":[${entries.join(',')}],"startPosition":1,"maxResults":${rows.length}}`
}

function companyInfo(storage: Storage, realm: string): Customer {
  const row = storage.get<{ name: string }>('SELECT name FROM companies WHERE realm = ?', realm)
  const address = {
    Id: '1',
    Line1: '2500 Garcia Ave',
    City: 'Mountain View',
    CountrySubDivisionCode: 'CA',
    PostalCode: '94043',
  }
  return {
    CompanyInfo: {
      ...{ CompanyName: row?.name, LegalName: `${row?.name}, Inc.`, CompanyAddr: address, Country: 'US' },
      ...{ Email: { Address: 'books@example.com' }, SupportedLanguages: 'en', FiscalYearStartMonth: 'January' },
      ...{ domain: 'QBO', sparse: false, Id: '1', SyncToken: '4' },
      MetaData: { CreateTime: '2022-01-01T00:00:00-07:00', LastUpdatedTime: '2024-01-01T00:00:00-07:00' },
    },
    time: intuitTime(Date.now()),
  }
}
