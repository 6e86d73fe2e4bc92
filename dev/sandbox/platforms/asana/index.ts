import { type Exchange, bearerToken, readBody, sendJson } from '../../http.ts'
import { type Dialect, random } from '../../oauth/dialect.ts'
import type { SandboxPlatform } from '../../platform.ts'
import type { Tools } from '../../tools.ts'
import { answerAboutHooks } from './hooks.ts'
import { answerAboutTasks } from './tasks.ts'
import { webhooks } from './webhooks.ts'

const personalToken = '2/1200000000000001/sandboxPersonalTokenOne'
const names: Record<string, string> = { '1200000000000001': 'Ada Lovelace', '1200000000000002': 'Grace Hopper' }

const workspace = { gid: '1199000000000001', name: 'Causeway', resource_type: 'workspace' }
const projects = ['Bridge', 'Harbour', 'Tunnel'].map((name, at) => ({
  gid: `119800000000000${at}`,
  name,
  resource_type: 'project',
}))

/** https://developers.asana.com/docs/oauth */
const oauth: Dialect = {
  name: 'Asana',
  authorization: { path: '/-/oauth_authorize' },
  token: { path: '/-/oauth_token' },
  scopes: [
    ...['default', 'openid', 'email', 'profile', 'projects:read', 'projects:write', 'tasks:read', 'tasks:write'],
    ...['tasks:delete', 'stories:read', 'stories:write', 'users:read', 'workspaces:read', 'webhooks:write'],
    ...['webhooks:read', 'webhooks:delete', 'attachments:read'],
  ],
  clientAuth: ['body'],
  // Its only app has full permissions: single scopes are refused.
  readAuthorization(query) {
    const asked = (query.get('scope') ?? 'default').split(' ')
    if (asked.some(scope => scope.includes(':'))) return 'forbidden_scopes: the app has full permissions'
    query.set('scope', asked.join(' '))
    return query.get('state') ? undefined : 'state is missing'
  },
  refresh: true,
  rotates: false,
  newToken: kind => (kind === 'AccessToken' ? `2/${random(16)}/${random(16)}:${random(32)}` : `2/r/${random(40)}`),
  translate({ status, body }, { agreed, grantType, settings }) {
    if (status !== 200 || !agreed) return { status: status === 401 ? 401 : status, body }
    const { access_token, refresh_token } = body
    const data = {
      id: Number(agreed.account),
      gid: agreed.account,
      name: names[agreed.account] ?? 'Somebody',
      email: 'ada@example.com',
    }
    // The refresh token comes with the code only.
    const also = grantType === 'authorization_code' ? { refresh_token } : {}
    return {
      status,
      body: { access_token, token_type: 'bearer', expires_in: settings.accessTokenSeconds, data, ...also },
    }
  },
  accounts: ['1200000000000001', '1200000000000002'],
  accountPattern: /^\d{10,20}$/,
}

export const asana: SandboxPlatform = {
  id: 'asana',
  hosts: ['app.asana.com'],
  oauth,
  apps: [{ clientId: '1209990000000001', clientSecret: 'sandbox-asana-secret', redirectUris: [] }],
  keys: { [personalToken]: '1200000000000001' },
  people: {
    oauth: { externalAccountId: '1200000000000001' },
    'personal-token': {
      credentials: { apiKey: personalToken },
      wrongCredentials: { apiKey: '2/1200000000000001/sandboxPersonalTokenTwo' },
      externalAccountId: '1200000000000001',
    },
  },
  refusal: status => ({
    body: { errors: [{ message: status === 429 ? 'You have made too many requests recently.' : 'Server Error' }] },
  }),
  answer: handleAsana,
  webhooks,
}

/** The API, as far as it is called. https://developers.asana.com/reference/rest-api-reference */
async function handleAsana(exchange: Exchange, tools: Tools): Promise<void> {
  const { req, res, path, query } = exchange
  const refuse = (status: number, message: string) =>
    sendJson(res, status, { errors: [{ message, help: 'https://developers.asana.com' }] })
  if (path === '/-/oauth_revoke' && req.method === 'POST') {
    const form = new URLSearchParams((await readBody(req)).toString('utf8'))
    const client = tools.client(form.get('client_id') ?? '')
    if (!client || client.secret !== form.get('client_secret')) return sendJson(res, 401, { error: 'invalid_client' })
    const token = form.get('token') ?? ''
    // It takes a refresh token only, and says that all is well of one that it does not know.
    if (tools.granted(token)) return sendJson(res, 400, { error: 'invalid_request' })
    const grantId = tools.grantIdOf(token)
    if (grantId !== undefined) tools.endGrant(grantId)
    return sendJson(res, 200, {})
  }
  const token = bearerToken(req)
  const granted = tools.granted(token)
  const account = granted?.account ?? tools.accountOfKey(token)
  if (account === undefined) return refuse(401, 'Not Authorized')
  const resource = path.replace(/^\/api\/1\.0/, '')
  if (resource === '/users/me') {
    return sendJson(res, 200, {
      data: {
        gid: account,
        resource_type: 'user',
        name: names[account] ?? 'Somebody',
        email: 'ada@example.com',
        workspaces: [workspace],
      },
    })
  }
  const [, gid] = /^\/webhooks(?:\/(\d+))?$/.exec(resource) ?? []
  if (resource.startsWith('/webhooks')) {
    const may = (scope: string) => !granted || granted.scope.split(' ').some(one => one === 'default' || one === scope)
    return answerAboutHooks(exchange, tools, { account, may, gid }, projects, refuse)
  }
  if (answerAboutTasks(exchange, tools, { resource, projects, refuse })) return
  if (resource === '/workspaces') return sendJson(res, 200, pageOf([workspace], query, resource))
  if (resource === '/projects') {
    const asked = query.get('workspace')
    if (asked !== null && asked !== workspace.gid) return refuse(404, `workspace: Unknown object: ${asked}`)
    return sendJson(res, 200, pageOf(projects, query, resource))
  }
  refuse(404, 'Not Found')
}

/** Pages only where a limit is given. https://developers.asana.com/docs/pagination */
function pageOf(all: readonly object[], query: URLSearchParams, path: string): Record<string, unknown> {
  const limit = query.get('limit')
  if (limit === null) return { data: all }
  const from = Number(Buffer.from(query.get('offset') ?? '', 'base64url').toString())
  const to = from + Number(limit)
  const offset = Buffer.from(String(to)).toString('base64url')
  const more = { offset, path: `${path}?limit=${limit}&offset=${offset}` }
  const next = { ...more, uri: `https://app.asana.com/api/1.0${more.path}` }
  return { data: all.slice(from, to), next_page: to < all.length ? next : null }
}
