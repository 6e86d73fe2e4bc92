import { type Exchange, bearerToken, sendJson } from '../../http.ts'
import type { SandboxPlatform } from '../../platform.ts'
import type { Tools } from '../../tools.ts'
import { answerAboutHooks } from './hooks.ts'
import { answerAboutIssues } from './issues.ts'
import { oauth } from './oauth.ts'
import { webhooks } from './webhooks.ts'

const token = 'glpat-sandboxTokenOne0000001'
const selfManaged = 'glpat-sandboxTokenOwn0000001'

/** gitlab.com, and instances of one's own: https://docs.gitlab.com/api/rest/ */
export const gitlab: SandboxPlatform = {
  id: 'gitlab',
  hosts: ['gitlab.com', '{host}'],
  oauth,
  apps: [{ clientId: 'sandbox-gitlab', clientSecret: 'gloas-sandbox', redirectUris: [] }],
  keys: { [token]: '4200001', [selfManaged]: '7' },
  people: {
    oauth: { externalAccountId: '4200001' },
    token: {
      credentials: { apiKey: token },
      wrongCredentials: { apiKey: 'glpat-sandboxTokenBad0000001' },
      externalAccountId: '4200001',
    },
    'token-self-managed': {
      config: { host: 'gitlab.causeway.example' },
      credentials: { apiKey: selfManaged },
      wrongCredentials: { apiKey: token },
      externalAccountId: '7',
    },
  },
  webhooks,
  refusal: status =>
    status === 429 ? { body: { message: { error: 'Too many requests' } } } : { body: { message: `${status}` } },
  async answer(exchange, tools) {
    const { req, res, host = 'gitlab.com', path, query } = exchange
    if (path === '/oauth/revoke' && req.method === 'POST') return revoke(exchange, tools)
    const key = String(req.headers['private-token'] ?? bearerToken(req) ?? '')
    const granted = tools.granted(bearerToken(req))
    const account =
      granted?.account ?? (tools.accountOfKey(key) && ownKey(key, host) ? tools.accountOfKey(key) : undefined)
    if (account === undefined) {
      if (bearerToken(req) && !granted)
        return sendJson(res, 401, {
          error: 'invalid_token',
          error_description: 'Token was revoked. You have to re-authorize from the user.',
        })
      return sendJson(res, 401, { message: '401 Unauthorized' })
    }
    const has = (...wanted: string[]) => !granted || granted.scope.split(' ').some(scope => wanted.includes(scope))
    const lacking = (scope: string) => ({
      error: 'insufficient_scope',
      error_description: 'The request requires higher privileges than provided by the access token.',
      scope,
    })
    const limits = {
      'ratelimit-limit': '2000',
      'ratelimit-remaining': '1990',
      'ratelimit-reset': String(Math.floor(Date.now() / 1000) + 60),
    }
    if (path === '/oauth/token/info' && granted)
      return sendJson(res, 200, {
        resource_owner_id: Number(account),
        scope: granted.scope.split(' '),
        expires_in: Math.round(granted.expiresAt - Date.now() / 1000),
        application: { uid: granted.clientId },
      })
    if (path === '/api/v4/user') {
      if (!has('read_user', 'api', 'read_api')) return sendJson(res, 403, lacking('read_user api read_api'))
      return sendJson(
        res,
        200,
        { id: Number(account), username: 'ada', name: 'Ada', state: 'active', web_url: `https://${host}/ada` },
        limits,
      )
    }
    const projects = [1, 2, 3].map(id => ({ id, path: `ada/p${id}` }))
    const whose = { host, projects, mayWrite: has('api', ...(req.method === 'GET' ? ['read_api'] : [])) }
    if (/\/issues(\/\d+)?$/.test(path)) {
      if (!has('api', 'read_api')) return sendJson(res, 403, lacking('api read_api'))
      if (answerAboutIssues(exchange, tools, { host, projects, limits })) return
    }
    if (await answerAboutHooks(exchange, tools, whose, lacking('api'))) return
    if (path === '/api/v4/projects') {
      if (!has('api', 'read_api')) return sendJson(res, 403, lacking('api read_api'))
      const [page, size] = [Number(query.get('page') ?? 1), Number(query.get('per_page') ?? 20)]
      const all = projects.map(({ id, path: own }) => ({ id, name: `p${id}`, path_with_namespace: own }))
      const headers = {
        'x-total': '3',
        'x-page': String(page),
        'x-per-page': String(size),
        'x-next-page': page * size < 3 ? String(page + 1) : '',
      }
      return sendJson(res, 200, all.slice((page - 1) * size, page * size), { ...limits, ...headers })
    }
    sendJson(res, 404, { error: '404 Not Found' })
  },
}

const ownKey = (key: string, host: string) => (key === selfManaged) === (host !== 'gitlab.com')

/** RFC 7009 by the client; what is not known is fine too, and a client that is not known is not. */
async function revoke({ req, res }: Exchange, tools: Tools): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of req as AsyncIterable<Buffer>) chunks.push(chunk)
  const form = new URLSearchParams(Buffer.concat(chunks).toString())
  const client = tools.client(form.get('client_id') ?? '')
  if (!client || client.secret !== form.get('client_secret'))
    return sendJson(res, 403, {
      error: 'unauthorized_client',
      error_description: 'You are not authorized to revoke this token',
    })
  const grantId = tools.grantIdOf(form.get('token') ?? '')
  if (grantId) tools.endGrant(grantId)
  sendJson(res, 200, {})
}
