import { type Exchange, bearerToken, sendJson } from '../../http.ts'
import type { Tools } from '../../tools.ts'

/** The organisations that a person may open: one has one, the other two. */
const organisations: Record<string, { tenantId: string; tenantName: string }[]> = {
  one: [{ tenantId: '70784a63-d24b-46a9-a4db-0e70a274b056', tenantName: 'Maple Florists Ltd' }],
  two: [
    { tenantId: '70784a63-d24b-46a9-a4db-0e70a274b056', tenantName: 'Maple Florists Ltd' },
    { tenantId: 'e0da6937-de07-4a14-adee-37abfac298ce', tenantName: 'Adam Demo Company (NZ)' },
  ],
}

/** Connections, the organisation and contacts. https://developer.xero.com/documentation/api/accounting/overview */
export function handleXero({ req, res, host, path, query }: Exchange, tools: Tools): void {
  const problem = (Status: number, Title: string, Detail: string) =>
    sendJson(res, Status, { Type: null, Title, Status, Detail, Instance: '4f6d2e8a-5a0e-4a05-a2d6-c0cfe8b7b4a9' })
  if (host !== undefined && host !== 'api.xero.com') return sendJson(res, 404, { error: 'not_found' })
  const granted = tools.granted(bearerToken(req))
  if (!granted) return problem(401, 'Unauthorized', 'TokenExpired: token expired')
  const isCustom = granted.params['kind'] === 'custom'
  const gone = new Set(tools.things.list('gone', granted.id).map(({ id }) => id))
  const open = (organisations[granted.account] ?? [])
    .map((one, index) => ({ id: `${granted.id.slice(0, 8)}-conn-${index}`, ...one }))
    .filter(({ id }) => !gone.has(id))
  if (path === '/connections' && req.method === 'GET') {
    const times = { createdDateUtc: '2026-01-01T10:00:00.0000000', updatedDateUtc: '2026-01-01T10:00:00.0000000' }
    return sendJson(
      res,
      200,
      open.map(one => ({ ...one, authEventId: granted.id, tenantType: 'ORGANISATION', ...times })),
    )
  }
  const ended = /^\/connections\/([\w-]+)$/.exec(path)?.[1]
  if (ended !== undefined && req.method === 'DELETE') {
    if (!open.some(({ id }) => id === ended)) return problem(404, 'Not Found', 'No such connection')
    tools.things.put('gone', granted.id, ended, { id: ended })
    if (open.length === 1) tools.endGrant(granted.id)
    return void res.writeHead(204).end()
  }
  const named = req.headers['xero-tenant-id']
  const tenant = isCustom && !named ? open[0] : open.find(({ tenantId }) => tenantId === named)
  if (!tenant) return problem(403, 'Forbidden', 'AuthenticationUnsuccessful')
  if (!/json/.test(req.headers.accept ?? '')) {
    return void res.writeHead(200, { 'content-type': 'text/xml' }).end('<Response><Status>OK</Status></Response>')
  }
  const resource = /^\/api\.xro\/2\.0\/(\w+)$/.exec(path)?.[1]
  const needed = { Organisation: 'settings', Contacts: 'contacts' }[resource ?? '']
  if (needed === undefined) return problem(404, 'Not Found', 'The resource you’re looking for cannot be found')
  const scopes = granted.scope.split(' ')
  if (!isCustom && !scopes.some(scope => [`accounting.${needed}`, `accounting.${needed}.read`].includes(scope)))
    return problem(403, 'Forbidden', 'AuthorizationUnsuccessful')
  const headers = { 'x-minlimit-remaining': '59', 'x-daylimit-remaining': '4999', 'x-appminlimit-remaining': '9999' }
  const about = { Id: '6ef7f9c6-0a8d-4f14-a4c8-0c5f6ad2b0f1', Status: 'OK', ProviderName: 'Sandbox' }
  if (resource === 'Organisation') {
    const one = { OrganisationID: tenant.tenantId, Name: tenant.tenantName, CountryCode: 'NZ', BaseCurrency: 'NZD' }
    return sendJson(res, 200, { ...about, Organisations: [{ ...one, OrganisationStatus: 'ACTIVE' }] }, headers)
  }
  const Contacts = Number(query.get('page') ?? 1) > 1 ? [] : contacts
  sendJson(res, 200, { ...about, Contacts }, headers)
}

const contacts = ['Ridgeway University', 'Boom FM'].map((Name, index) => ({
  ...{ ContactID: `bd2270c3-8706-4c11-9cfb-000b551c3f5${index}`, Name, ContactStatus: 'ACTIVE' },
  UpdatedDateUTC: '/Date(1704067200000+0000)/',
}))
