import { type Exchange, bearerToken, readBody, readJson, sendJson } from '../../http.ts'
import type { Tools } from '../../tools.ts'
import { adAnalytics } from './ad-analytics.ts'
import { shareStatistics } from './statistics.ts'

export const said = (status: number, code: string, message: string, serviceErrorCode?: number) => ({
  status,
  code,
  message,
  ...(serviceErrorCode === undefined ? {} : { serviceErrorCode }),
})

/** LinkedIn's API, as far as it is called; `/rest` wants its version. https://learn.microsoft.com/en-us/linkedin */
export async function answerLinkedin({ req, res, path, query }: Exchange, tools: Tools): Promise<void> {
  const refuse = (status: number, code: string, message: string, number?: number) =>
    sendJson(res, status, said(status, code, message, number))
  if (path.startsWith('/oauth/v2/') && req.method === 'POST') return ofTokens()
  const granted = tools.granted(bearerToken(req))
  if (!granted) {
    const isRevoked = tools.grantIdOf(bearerToken(req) ?? '') === undefined
    return isRevoked
      ? refuse(401, 'REVOKED_ACCESS_TOKEN', 'The token used in the request has been revoked by the user', 65601)
      : refuse(401, 'EXPIRED_ACCESS_TOKEN', 'The token used in the request has expired', 65602)
  }
  const scopes = granted.scope.split(' ')
  if (path === '/v2/userinfo' && req.method === 'GET') {
    if (!scopes.includes('openid')) return refuse(403, 'ACCESS_DENIED', 'Not enough permissions to access: userinfo')
    const email = scopes.includes('email') ? { email: 'member@example.com', email_verified: true } : {}
    return sendJson(res, 200, { sub: granted.account, name: `Member ${granted.account.slice(-2)}`, ...email })
  }
  if (!path.startsWith('/rest/')) return refuse(404, 'RESOURCE_NOT_FOUND', `No virtual resource found: ${path}`)
  const version = [req.headers['linkedin-version']].flat()[0]
  if (version === undefined)
    return refuse(400, 'VERSION_MISSING', 'A version must be present. Please specify a version')
  if (!/^20\d{4}$/.test(version) || version < '202512')
    return refuse(426, 'NONEXISTENT_VERSION', `Requested version ${version} is not active`)
  if (path === '/rest/organizationalEntityShareStatistics' && req.method === 'GET') {
    if (!scopes.includes('rw_organization_admin'))
      return refuse(403, 'ACCESS_DENIED', 'Not enough permissions: organizationalEntityShareStatistics.FINDER')
    const found = shareStatistics(tools, query, [req.headers['x-restli-protocol-version']].flat()[0])
    return typeof found === 'string' ? refuse(400, 'ILLEGAL_ARGUMENT', found) : sendJson(res, 200, found)
  }
  if (path === '/rest/adAnalytics' && req.method === 'GET') {
    if (!scopes.includes('r_ads_reporting'))
      return refuse(403, 'ACCESS_DENIED', 'Not enough permissions to access: adAnalytics.FINDER-analytics')
    const found = adAnalytics(tools, query, [req.headers['x-restli-protocol-version']].flat()[0])
    return typeof found === 'string' ? refuse(400, 'ILLEGAL_ARGUMENT', found) : sendJson(res, 200, found)
  }
  if (path === '/rest/posts' && req.method === 'POST') {
    if (!scopes.includes('w_member_social')) return refuse(403, 'ACCESS_DENIED', 'Not enough permissions: posts.CREATE')
    const { author, commentary } = ((await readJson(req)) ?? {}) as Record<string, unknown>
    if (author !== `urn:li:person:${granted.account}` || typeof commentary !== 'string')
      return refuse(422, 'MISSING_FIELD', 'author or commentary is not right')
    const id = `urn:li:share:${7_000_000_000_000_000_000n + BigInt(tools.things.list('post', granted.account).length)}`
    tools.things.put('post', granted.account, id, { id, author, commentary })
    res.writeHead(201, { 'x-restli-id': id, 'content-length': '0' }).end()
    return
  }
  refuse(404, 'RESOURCE_NOT_FOUND', `No virtual resource found: ${path}`)

  /** https://learn.microsoft.com/en-us/linkedin/shared/authentication/token-introspection, and the end of a token. */
  async function ofTokens(): Promise<void> {
    const form = new URLSearchParams((await readBody(req)).toString('utf8'))
    const wrong = (status: number, error: string) => sendJson(res, status, { error, error_description: error })
    const client = tools.client(form.get('client_id') ?? '')
    if (!client || client.secret !== form.get('client_secret')) return wrong(401, 'invalid_client')
    const opened = tools.granted(form.get('token') ?? undefined)
    if (path === '/oauth/v2/introspectToken') {
      if (!opened) return sendJson(res, 200, { active: false, status: 'revoked' })
      const { expiresAt: expires_at, scope } = opened
      const told = { status: 'active', auth_type: '3L', client_id: client.id, expires_at }
      return sendJson(res, 200, { active: true, scope: scope.split(' ').join(','), ...told })
    }
    if (path !== '/oauth/v2/revoke') return wrong(404, 'not_found')
    if (opened?.clientId !== client.id) return wrong(400, 'invalid_token')
    tools.endGrant(opened.id)
    sendJson(res, 200, {})
  }
}
