import { randomUUID } from 'node:crypto'
import { type Exchange, bearerToken, readBody, sendJson } from '../../http.ts'
import type { Tools } from '../../tools.ts'

/** The account, contacts and introspection. https://developers.hubspot.com/docs/api-reference/overview */
export async function handleHubspot(exchange: Exchange, tools: Tools): Promise<void> {
  const { req, res, path, query } = exchange
  const refuse = (status: number, category: string, message: string) =>
    sendJson(res, status, { status: 'error', message, correlationId: randomUUID(), category })
  if (path === '/oauth/2026-03/token/introspect' && req.method === 'POST') return introspect(exchange, tools)
  const token = bearerToken(req)
  if (!token) return refuse(401, 'INVALID_AUTHENTICATION', 'Authentication credentials not found.')
  const granted = tools.granted(token)
  const account = granted?.account ?? tools.accountOfKey(token)
  if (!account) {
    const isOld = tools.grantIdOf(token) !== undefined
    return refuse(401, isOld ? 'EXPIRED_AUTHENTICATION' : 'INVALID_AUTHENTICATION', 'The OAuth token is not good.')
  }
  const headers = {
    ...{ 'x-hubspot-ratelimit-max': '110', 'x-hubspot-ratelimit-remaining': '109' },
    ...{ 'x-hubspot-ratelimit-interval-milliseconds': '10000', 'x-hubspot-ratelimit-daily': '250000' },
  }
  const may = (scope: string) => !granted || granted.scope.split(' ').includes(scope)
  if (path === '/account-info/v3/details' && req.method === 'GET') {
    const zone = { timeZone: 'Europe/Dublin', utcOffset: '+00:00', utcOffsetMilliseconds: 0, companyCurrency: 'EUR' }
    const about = { portalId: Number(account), accountType: 'DEVELOPER_TEST', uiDomain: 'app-eu1.hubspot.com' }
    return sendJson(res, 200, { ...about, ...zone, additionalCurrencies: [], dataHostingLocation: 'eu1' }, headers)
  }
  if (path === '/crm/v3/objects/contacts' && req.method === 'GET') {
    if (!may('crm.objects.contacts.read'))
      return refuse(403, 'MISSING_SCOPES', 'This app hasn’t been granted all required scopes to make this call.')
    const size = Math.min(Number(query.get('limit') ?? 10), 100)
    const start = contacts.findIndex(({ id }) => id === (query.get('after') ?? '')) + 1
    const results = contacts.slice(start, start + size)
    const more = start + size < contacts.length
    const paging = more ? { paging: { next: { after: results.at(-1)!.id, link: '?after=' } } } : {}
    return sendJson(res, 200, { results, ...paging }, headers)
  }
  refuse(404, 'OBJECT_NOT_FOUND', 'resource not found')
}

async function introspect({ req, res }: Exchange, tools: Tools): Promise<void> {
  const form = new URLSearchParams((await readBody(req)).toString())
  const client = tools.client(form.get('client_id') ?? '')
  if (!client || client.secret !== form.get('client_secret')) return sendJson(res, 400, { error: 'invalid_client' })
  const granted = tools.granted(form.get('token') ?? '')
  if (!granted) return sendJson(res, 200, { active: false })
  const { account, clientId: client_id, expiresAt: exp, scope } = granted
  sendJson(res, 200, { active: true, client_id, exp, scopes: scope.split(' '), hub_id: Number(account) })
}

const contacts = ['Maria Johnson', 'Brian Halligan', 'Ada King'].map((name, index) => {
  const [firstname, lastname] = name.split(' ')
  const createdAt = `2024-0${index + 1}-01T00:00:00.000Z`
  return {
    id: String(index + 1),
    properties: { firstname, lastname },
    createdAt,
    updatedAt: createdAt,
    archived: false,
  }
})
