import { type Exchange, basicCredentials, bearerToken, readBody, readJson, sendJson } from '../../http.ts'
import type { Tools } from '../../tools.ts'
import { answerCollection } from './composite.ts'
import { instance, user } from './oauth.ts'
import { answerMore, answerQuery, pageOf } from './queries.ts'
import { answerRecords, type Answered } from './records.ts'
import { malformed, notFound, Refusal } from './refusals.ts'
import { type Org, orgSettings } from './rows.ts'
import { seed } from './seed.ts'

/** The REST API, as far as it is called: identity, queries, rows one by one and in collections, introspection, taking a grant back. */
export async function handleSalesforce(exchange: Exchange, tools: Tools): Promise<void> {
  const { req, res, path } = exchange
  if (path === '/services/oauth2/introspect' && req.method === 'POST') return introspect(exchange, tools)
  if (path === '/services/oauth2/revoke') return revoke(exchange, tools)
  const granted = tools.granted(bearerToken(req))
  if (path === '/services/oauth2/userinfo' || /^\/id\/\w+\/\w+$/.test(path)) {
    if (!granted) return void res.writeHead(403, { 'content-type': 'text/html' }).end('Bad_OAuth_Token')
    if (!/\b(id|openid|profile|full)\b/.test(granted.scope))
      return void res.writeHead(403, { 'content-type': 'text/html' }).end('Missing_OAuth_Token')
    return sendJson(res, 200, identity(granted.account))
  }
  try {
    if (!granted) throw new Refusal(401, 'INVALID_SESSION_ID', 'Session expired or invalid')
    const [, version, rest] = /^\/services\/data\/v(\d\d)\.0\/(.*)$/.exec(path) ?? []
    if (!version || rest === undefined || Number(version) > 68) throw notFound()
    if (!/\b(api|full)\b/.test(granted.scope))
      throw new Refusal(403, 'API_DISABLED_FOR_ORG', 'This session is not valid for use with the REST API')
    const org: Org = { storage: tools.storage, id: granted.account }
    seed(org)
    const headers = countCall(org)
    const { status, body } = await answer(exchange, org, version, rest)
    if (body === undefined) return void res.writeHead(status, headers).end()
    sendJson(res, status, body, headers)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    sendJson(res, error.status, error.mistakes)
  }
}

async function answer(exchange: Exchange, org: Org, version: string, rest: string): Promise<Answered> {
  const { req, query } = exchange
  const method = String(req.method)
  const [first, second, ...more] = rest.replace(/\/$/, '').split('/').map(decodeURIComponent)
  const page = pageOf(org, text(req.headers['sforce-query-options']))
  const allowDuplicate = /allowSave\s*=\s*true/i.test(text(req.headers['sforce-duplicate-rule-header']) ?? '')
  const since = text(req.headers['if-unmodified-since'])
  const unmodifiedSince = since === undefined ? {} : { unmodifiedSince: Date.parse(since) }
  if ((first === 'query' || first === 'queryAll') && method === 'GET') {
    if (second !== undefined) return { status: 200, body: answerMore(org, second, { version, page }) }
    const soql = query.get('q')
    if (!soql) throw malformed('q is missing')
    return { status: 200, body: answerQuery(org, soql, { version, page, all: first === 'queryAll' }) }
  }
  if (first === 'limits' && method === 'GET') {
    const { used, most } = orgSettings(org)
    return { status: 200, body: { DailyApiRequests: { Max: most, Remaining: most - used } } }
  }
  const body = method === 'POST' || method === 'PATCH' ? await readJson(req) : undefined
  if ((method === 'POST' || method === 'PATCH') && body === undefined)
    throw new Refusal(
      400,
      'JSON_PARSER_ERROR',
      'The HTTP entity body is required, but this request has no entity body.',
    )
  const said = { method, query, body, version, allowDuplicate }
  if (first === 'composite' && second === 'sobjects')
    return { status: 200, body: answerCollection(org, { ...said, rest: more }) }
  if (first !== 'sobjects' || second === undefined) throw notFound()
  return answerRecords(org, { ...said, ...unmodifiedSince, rest: [second, ...more] })
}

const text = (header: string | string[] | undefined) => (Array.isArray(header) ? header[0] : header)

/** Counts a call of the day; one too many is refused. */
function countCall({ storage, id }: Org): Record<string, string> {
  storage.run('UPDATE salesforce_orgs SET used = used + 1 WHERE org = ?', id)
  const { used, most } = orgSettings({ storage, id })
  if (used > most) throw new Refusal(403, 'REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.')
  return { 'sforce-limit-info': `api-usage=${used}/${most}` }
}

/** https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oidc_token_introspection.htm */
async function introspect({ req, res }: Exchange, tools: Tools): Promise<void> {
  const form = new URLSearchParams((await readBody(req)).toString())
  const basic = basicCredentials(req)
  const id = basic?.name ?? form.get('client_id') ?? ''
  const secret = basic?.password ?? form.get('client_secret')
  if (tools.client(id)?.secret !== secret) return sendJson(res, 401, { error: 'invalid_client' })
  const granted = tools.granted(form.get('token') ?? '')
  if (!granted) return sendJson(res, 200, { active: false })
  const { scope, clientId: client_id, expiresAt: exp } = granted
  const rest = { username: 'amy@causeway.example', sub: user, token_type: 'access_token', iss: `https://${instance}` }
  sendJson(res, 200, { active: true, scope, client_id, exp, iat: Math.floor(Date.now() / 1000), ...rest })
}

/** https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_revoke_token.htm: nobody is asked who asks. */
async function revoke({ req, res, query }: Exchange, tools: Tools): Promise<void> {
  const form = req.method === 'GET' ? query : new URLSearchParams((await readBody(req)).toString())
  const grant = tools.grantIdOf(form.get('token') ?? '')
  if (!grant) return sendJson(res, 400, { error: 'invalid_token', error_description: 'invalid token' })
  tools.endGrant(grant)
  res.writeHead(200, { 'content-length': '0' }).end()
}

function identity(organization: string) {
  return {
    ...{ sub: `https://login.salesforce.com/id/${organization}/${user}`, user_id: user, organization_id: organization },
    ...{ preferred_username: 'amy@causeway.example', username: 'amy@causeway.example', name: 'Amy Admin' },
    ...{ email: 'amy@example.com', zoneinfo: 'Europe/London', locale: 'en_GB', active: true },
  }
}
