import { type Exchange, basicCredentials, bearerToken, readBody, sendJson } from '../../http.ts'
import type { Tools } from '../../tools.ts'
import { instance, organization, user } from './oauth.ts'

/** The REST API, as far as it is called: identity, a query, introspection, taking a grant back. */
export async function handleSalesforce(exchange: Exchange, tools: Tools): Promise<void> {
  const { req, res, path } = exchange
  if (path === '/services/oauth2/introspect' && req.method === 'POST') return introspect(exchange, tools)
  if (path === '/services/oauth2/revoke') return revoke(exchange, tools)
  const granted = tools.granted(bearerToken(req))
  if (path === '/services/oauth2/userinfo' || path === `/id/${organization}/${user}`) {
    if (!granted) return void res.writeHead(403, { 'content-type': 'text/html' }).end('Bad_OAuth_Token')
    if (!/\b(id|openid|profile|full)\b/.test(granted.scope))
      return void res.writeHead(403, { 'content-type': 'text/html' }).end('Missing_OAuth_Token')
    return sendJson(res, 200, identity())
  }
  const said = (status: number, errorCode: string, message: string) => sendJson(res, status, [{ message, errorCode }])
  if (!granted) return said(401, 'INVALID_SESSION_ID', 'Session expired or invalid')
  const headers = { 'sforce-limit-info': 'api-usage=18/100000' }
  const [, version, rest] = /^\/services\/data\/v(\d\d)\.0\/(.*)$/.exec(path) ?? []
  if (!version || Number(version) > 68) return said(404, 'NOT_FOUND', 'The requested resource does not exist')
  if (!/\b(api|full)\b/.test(granted.scope))
    return said(403, 'API_DISABLED_FOR_ORG', 'This session is not valid for use with the REST API')
  if (rest === 'query') return query(exchange, version, said, headers)
  if (rest === 'limits') return sendJson(res, 200, { DailyApiRequests: { Max: 100_000, Remaining: 99_982 } }, headers)
  said(404, 'NOT_FOUND', 'The requested resource does not exist')
}

function query(
  { res, query }: Exchange,
  version: string,
  said: (status: number, code: string, message: string) => void,
  headers: Record<string, string>,
): void {
  const from = /^\s*select\s.+\sfrom\s+(\w+)/i.exec(query.get('q') ?? '')?.[1]
  if (from === undefined) return said(400, 'MALFORMED_QUERY', 'unexpected token')
  if (from.toLowerCase() !== 'account') return said(400, 'INVALID_TYPE', `sObject type '${from}' is not supported.`)
  const records = ['Edge Communications', 'Burlington Textiles'].map((Name, index) => {
    const Id = `0015g00000Acc${index}AAAA`
    return { attributes: { type: 'Account', url: `/services/data/v${version}.0/sobjects/Account/${Id}` }, Id, Name }
  })
  sendJson(res, 200, { totalSize: records.length, done: true, records }, headers)
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

function identity() {
  return {
    ...{ sub: `https://login.salesforce.com/id/${organization}/${user}`, user_id: user, organization_id: organization },
    ...{ preferred_username: 'amy@causeway.example', username: 'amy@causeway.example', name: 'Amy Admin' },
    ...{ email: 'amy@example.com', zoneinfo: 'Europe/London', locale: 'en_GB', active: true },
  }
}
