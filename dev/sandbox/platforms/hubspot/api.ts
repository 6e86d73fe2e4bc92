import { type Exchange, bearerToken, readBody, readJson, sendJson } from '../../http.ts'
import type { Tools } from '../../tools.ts'
import { answerAssociations, answerObjects, type CrmAnswer, isObjectType } from './crm.ts'
import { countCall } from './limits.ts'
import { create, ensurePortal, type Shelf } from './objects.ts'
import { missingScopes, notFound, Refusal } from './refusals.ts'

/** The account, objects and introspection. https://developers.hubspot.com/docs/api-reference/overview */
export async function handleHubspot(exchange: Exchange, tools: Tools): Promise<void> {
  const { req, res, path } = exchange
  if (path === '/oauth/2026-03/token/introspect' && req.method === 'POST') return introspect(exchange, tools)
  try {
    const { status, body, headers } = await answer(exchange, tools)
    if (body === undefined) return void res.writeHead(status, headers).end()
    sendJson(res, status, body, headers)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    sendJson(res, error.status, error.body)
  }
}

async function answer(exchange: Exchange, tools: Tools): Promise<CrmAnswer & { headers: Record<string, string> }> {
  const { req, path, query } = exchange
  const { account, may } = authorize(exchange, tools)
  const { storage } = tools
  seed(tools, account)
  const method = String(req.method)
  const headers = countCall(storage, account, path.endsWith('/search'))
  if (path === '/account-info/v3/details' && method === 'GET') {
    const zone = { timeZone: 'Europe/Dublin', utcOffset: '+00:00', utcOffsetMilliseconds: 0, companyCurrency: 'EUR' }
    const about = { portalId: Number(account), accountType: 'DEVELOPER_TEST', uiDomain: 'app-eu1.hubspot.com' }
    return { status: 200, body: { ...about, ...zone, additionalCurrencies: [], dataHostingLocation: 'eu1' }, headers }
  }
  const [, version, type, more = ''] = /^\/crm\/v([34])\/objects\/([a-z]+)(\/.*)?$/.exec(path) ?? []
  if (!isObjectType(type)) throw notFound()
  const rest = more.split('/').slice(1).map(decodeURIComponent)
  const reads = method === 'GET' || ['search', 'batch/read'].includes(rest.join('/'))
  const scope = `crm.objects.${type}.${reads ? 'read' : 'write'}`
  if (!may(scope)) throw missingScopes(scope)
  const body = method === 'GET' || method === 'DELETE' ? undefined : await readJson(req)
  const shelf: Shelf = { storage, portal: account, type }
  const asked = { method, type, rest, query, body }
  return { ...(version === '4' ? answerAssociations(shelf, asked) : answerObjects(shelf, asked)), headers }
}

function authorize({ req }: Exchange, tools: Tools): { account: string; may: (scope: string) => boolean } {
  const token = bearerToken(req)
  const refuse = (category: string, message: string) => new Refusal(401, category, message)
  if (!token) throw refuse('INVALID_AUTHENTICATION', 'Authentication credentials not found.')
  const granted = tools.granted(token)
  const account = granted?.account ?? tools.accountOfKey(token)
  if (!account) {
    const isOld = tools.grantIdOf(token) !== undefined
    throw refuse(isOld ? 'EXPIRED_AUTHENTICATION' : 'INVALID_AUTHENTICATION', 'The OAuth token is not good.')
  }
  return { account, may: scope => !granted || granted.scope.split(' ').includes(scope) }
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

/** The portal that everybody knows has some contacts from the start. */
function seed({ storage }: Tools, portal: string): void {
  if (storage.get('SELECT 1 FROM hubspot_portals WHERE portal = ?', portal)) return
  ensurePortal(storage, portal)
  if (portal !== '62515') return
  for (const name of ['Maria Johnson', 'Brian Halligan', 'Ada King']) {
    const [firstname, lastname] = name.split(' ')
    create({ storage, portal, type: 'contacts' }, { firstname, lastname })
  }
}
