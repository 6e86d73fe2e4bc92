import { type Exchange, bearerToken, readBody, sendJson } from '../../http.ts'
import type { Tools } from '../../tools.ts'
import { answerBatch } from './batch.ts'
import { answerFeed } from './cdc.ts'
import { companyInfo, ensureCompany } from './companies.ts'
import { customers, vendors } from './customers.ts'
import { type Company, type Entity, getEntity } from './entities.ts'
import { Fault, forbidden, intuitTime, invalid, notFound, queryFault, unauthorized } from './faults.ts'
import { invoices } from './invoices.ts'
import { items } from './items.ts'
import type { Kind } from './kinds.ts'
import { create, remove, update, voided } from './operations.ts'
import { payments } from './payments.ts'
import { answerQuery } from './query.ts'

/** The kinds that are written, by their names in an address. */
export const kinds: readonly Kind[] = [customers, vendors, items, invoices, payments]
const readable = ['TaxCode', 'TaxRate', 'Account']
const longestRequestId = 50

/**
 * The accounting API: companyinfo, query, cdc, batch, and customers, vendors, items, invoices and payments; taxes and accounts to
 * read. Discounts, shipping and the automated sales tax of the United States are not played.
 * https://developer.intuit.com/app/developer/qbo/docs/api/accounting/all-entities/invoice
 */
export async function handleQuickbooks(exchange: Exchange, tools: Tools): Promise<void> {
  const { req, res, path, query } = exchange
  const { storage } = tools
  try {
    const realm = authorize(exchange, tools)
    const company = ensureCompany(storage, realm)
    const requestId = req.method === 'POST' ? query.get('requestid') : null
    if (requestId && requestId.length > longestRequestId)
      throw invalid(`requestid has more than ${longestRequestId} characters`, 'requestid')
    const earlier = requestId
      ? storage.get<{ status: number; body: string }>(
          'SELECT status, body FROM answered WHERE realm = ? AND request_id = ?',
          realm,
          requestId,
        )
      : undefined
    const resource = path.split('/').slice(4).join('/')
    const text = req.method === 'POST' ? (await readBody(req)).toString('utf8') : ''
    const answer = earlier?.body ?? storage.transaction(() => route(company, String(req.method), resource, query, text))
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
function route(company: Company, method: string, resource: string, query: URLSearchParams, text: string): string {
  const time = `"time":"${intuitTime(Date.now())}"`
  const [name = '', id] = resource.toLowerCase().split('/')
  if (name === 'query') {
    const statement = method === 'POST' ? text : query.get('query')
    if (!statement) throw queryFault('no query')
    return `{"QueryResponse":${answerQuery(company, statement)},${time}}`
  }
  if (name === 'companyinfo' && method === 'GET') return JSON.stringify(companyInfo(company))
  if (name === 'cdc' && method === 'GET')
    return `{"CDCResponse":[{"QueryResponse":[${answerFeed(company, query)}]}],${time}}`
  if (name === 'batch' && method === 'POST')
    return `{"BatchItemResponse":[${answerBatch(company, kinds, parse(text)).join(',')}],${time}}`
  const kind = kinds.find(one => one.name.toLowerCase() === name)
  const kindName = kind?.name ?? readable.find(one => one.toLowerCase() === name)
  if (kindName !== undefined && method === 'GET' && id !== undefined) {
    const found = getEntity(company, kindName, id)
    if (!found) throw notFound()
    return `{"${kindName}":${JSON.stringify(found)},${time}}`
  }
  if (kind && method === 'POST')
    return `{"${kind.name}":${JSON.stringify(written(company, kind, query, text))},${time}}`
  throw new Fault(404, {
    Fault: {
      Error: [
        { Message: 'Unsupported Operation', Detail: `Operation ${name} is not supported.`, code: '500', element: '' },
      ],
      type: 'ValidationFault',
    },
  })
}

function written(company: Company, kind: Kind, query: URLSearchParams, text: string): Entity {
  const input = parse(text)
  const asked = { allowsDuplicateNumber: query.get('include') === 'allowduplicatedocnum' }
  const operation = query.get('operation')
  if (operation === 'delete') return remove(company, kind, input)
  if (operation === 'void' || (operation === 'update' && query.get('include') === 'void'))
    return voided(company, kind, input)
  if (operation !== null && operation !== 'update')
    throw invalid(`Operation ${operation} is not supported`, 'operation')
  return input?.['Id'] === undefined ? create(company, kind, input, asked) : update(company, kind, input, asked)
}

function parse(text: string): Entity {
  try {
    return JSON.parse(text) as Entity
  } catch {
    throw invalid('the body is not JSON', 'body')
  }
}
