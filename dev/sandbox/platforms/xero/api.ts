import { type Exchange, bearerToken, readBody, sendJson } from '../../http.ts'
import type { Granted, Tools } from '../../tools.ts'
import { answerAccounting, scopesOf } from './accounting.ts'
import { type Books, getEntity, putEntity, xeroTime } from './entities.ts'
import { countCall } from './limits.ts'
import { type Organisation, organisationsOf } from './organisations.ts'
import { notFound, problem, Problem } from './problems.ts'

interface Connection extends Organisation {
  id: string
}

/** Connections, the organisation, and its books. https://developer.xero.com/documentation/api/accounting/overview */
export async function handleXero(exchange: Exchange, tools: Tools): Promise<void> {
  const { req, res, host } = exchange
  try {
    if (host !== undefined && host !== 'api.xero.com') throw new Problem(404, { error: 'not_found' })
    const granted = tools.granted(bearerToken(req))
    if (!granted) throw problem(401, 'Unauthorized', 'TokenExpired: token expired')
    const open = connectionsOf(granted, tools)
    if (exchange.path.startsWith('/connections')) return answerConnections(exchange, tools, granted, open)
    await answerBooks(exchange, tools, granted, open)
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    sendJson(res, error.status, error.body === '' ? '' : JSON.stringify(error.body), error.headers)
  }
}

function connectionsOf(granted: Granted, tools: Tools): Connection[] {
  const gone = new Set(tools.things.list('gone', granted.id).map(({ id }) => id))
  return organisationsOf(granted.account)
    .map((one, index) => ({ id: `${granted.id.slice(0, 8)}-conn-${index}`, ...one }))
    .filter(({ id }) => !gone.has(id))
}

function answerConnections({ req, res, path }: Exchange, tools: Tools, granted: Granted, open: Connection[]): void {
  if (path === '/connections' && req.method === 'GET') {
    const times = { createdDateUtc: '2026-01-01T10:00:00.0000000', updatedDateUtc: '2026-01-01T10:00:00.0000000' }
    const shown = open.map(({ id, tenantId, tenantName }) => {
      return { id, tenantId, tenantName, authEventId: granted.id, tenantType: 'ORGANISATION', ...times }
    })
    return sendJson(res, 200, shown)
  }
  const ended = /^\/connections\/([\w-]+)$/.exec(path)?.[1]
  if (ended === undefined || req.method !== 'DELETE') throw notFound()
  if (!open.some(({ id }) => id === ended)) throw problem(404, 'Not Found', 'No such connection')
  tools.things.put('gone', granted.id, ended, { id: ended })
  if (open.length === 1) tools.endGrant(granted.id)
  res.writeHead(204).end()
}

async function answerBooks(exchange: Exchange, tools: Tools, granted: Granted, open: Connection[]): Promise<void> {
  const { req, res, path, query } = exchange
  const isCustom = granted.params['kind'] === 'custom'
  const named = req.headers['xero-tenant-id']
  const tenant = isCustom && !named ? open[0] : open.find(({ tenantId }) => tenantId === named)
  if (!tenant) throw problem(403, 'Forbidden', 'AuthenticationUnsuccessful')
  if (!/json/.test(req.headers.accept ?? '')) {
    return void res.writeHead(200, { 'content-type': 'text/xml' }).end('<Response><Status>OK</Status></Response>')
  }
  const [, resource = '', id] = /^\/api\.xro\/2\.0\/(\w+)(?:\/([^/]+))?$/.exec(path) ?? []
  const needed = resource === 'Organisation' ? ['settings'] : scopesOf(resource)
  if (needed === undefined) throw problem(404, 'Not Found', 'The resource you’re looking for cannot be found')
  checkScopes(granted, needed, req.method !== 'GET', isCustom)
  const { storage } = tools
  const counted = countCall(storage, tenant.tenantId)
  const { headers } = counted
  try {
    const text = (await readBody(req)).toString('utf8')
    const books = seeded({ storage, tenant: tenant.tenantId })
    const about = { Id: '6ef7f9c6-0a8d-4f14-a4c8-0c5f6ad2b0f1', Status: 'OK', ProviderName: 'Sandbox' }
    const envelope = { ...about, DateTimeUTC: xeroTime(Date.now()) }
    if (resource === 'Organisation') {
      const one = { OrganisationID: tenant.tenantId, Name: tenant.tenantName, CountryCode: 'NZ' }
      const more = { BaseCurrency: tenant.baseCurrency, OrganisationStatus: 'ACTIVE' }
      return sendJson(res, 200, { ...envelope, Organisations: [{ ...one, ...more }] }, headers)
    }
    const call = { method: req.method ?? 'GET', resource, id, query, headers: req.headers, text }
    const { status, body } = answerAccounting(books, call)
    if (body === undefined) return void res.writeHead(status, headers).end()
    sendJson(res, status, { ...envelope, ...body }, headers)
  } catch (error) {
    if (error instanceof Problem) Object.assign(error.headers, headers)
    throw error
  } finally {
    counted.end()
  }
}

/** Newer apps have the narrow scopes, older ones `transactions`; what ends in `.read` opens reading alone. */
function checkScopes({ scope }: Granted, needed: readonly string[], isWrite: boolean, isCustom: boolean): void {
  const scopes = scope.split(' ')
  const opens = (name: string) =>
    scopes.includes(`accounting.${name}`) || (!isWrite && scopes.includes(`accounting.${name}.read`))
  if (!isCustom && !needed.some(opens)) throw problem(403, 'Forbidden', 'AuthorizationUnsuccessful')
}

/** The organisations of everybody have two contacts from the start. */
function seeded(books: Books): Books {
  if (!organisationsOf('two').some(({ tenantId }) => tenantId === books.tenant)) return books
  for (const [index, Name] of ['Ridgeway University', 'Boom FM'].entries()) {
    const id = `bd2270c3-8706-4c11-9cfb-000b551c3f5${index}`
    if (getEntity(books, 'Contacts', id)) continue
    const place = { kind: 'Contacts', id, name: Name, isArchived: false }
    putEntity(books, place, { ContactID: id, Name, ContactStatus: 'ACTIVE' })
  }
  return books
}
