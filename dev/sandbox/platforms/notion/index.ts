import { type Exchange, basicCredentials, bearerToken, readJson, sendJson } from '../../http.ts'
import { type Dialect, random, tenYears } from '../../oauth/dialect.ts'
import type { SandboxPlatform } from '../../platform.ts'
import type { Tools } from '../../tools.ts'
import { webhooks } from './webhooks.ts'

const secret = 'ntn_sandboxInternalSecretOne'
const versions = ['2022-06-28', '2025-09-03', '2026-03-11']
const workspaces: Record<string, { bot: string; name: string }> = {
  'b5a1e2c4-0001-4d6e-9f00-00000000aaaa': { bot: 'b0700000-0001-4000-8000-00000000aaaa', name: 'Causeway' },
  'b5a1e2c4-0002-4d6e-9f00-00000000bbbb': { bot: 'b0700000-0002-4000-8000-00000000bbbb', name: 'Harbour' },
}
const [first, second] = Object.keys(workspaces) as [string, string]
const workspaceOf = (account: string) => workspaces[account] ?? { bot: account, name: account }
const errorOf = (status: number, code: string, message: string) => ({ object: 'error', status, code, message })

/** https://developers.notion.com/reference/create-a-token */
const oauth: Dialect = {
  name: 'Notion',
  authorization: { path: '/v1/oauth/authorize' },
  token: { path: '/v1/oauth/token' },
  // The person chooses pages instead.
  scopes: [],
  unknownScopes: 'ignored',
  pkce: 'ignored',
  clientAuth: ['basic'],
  tokenBody: 'json',
  readAuthorization: query => (query.get('owner') === 'user' ? undefined : 'owner should be "user"'),
  refresh: true,
  reuseGraceSeconds: 0,
  reuse: 'refused',
  accessTokenSeconds: tenYears,
  refreshTokenSeconds: tenYears,
  newToken: kind => (kind === 'AccessToken' ? `ntn_${random(46)}` : `nrt_${random(46)}`),
  translate({ status, body }, { agreed }) {
    if (status !== 200 || !agreed) return { status, body: { ...body, request_id: random(20) } }
    const { bot, name } = workspaceOf(agreed.account)
    const { access_token, refresh_token } = body
    return {
      status,
      body: {
        ...{
          access_token,
          token_type: 'bearer',
          refresh_token,
          bot_id: bot,
          workspace_name: name,
          workspace_icon: null,
        },
        ...{ workspace_id: agreed.account, duplicated_template_id: null, request_id: random(20) },
        owner: { type: 'user', user: { object: 'user', id: 'e1b00000-0000-4000-8000-000000000001' } },
      },
    }
  },
  accounts: [first, second],
  accountPattern: /^[0-9a-f-]{36}$/,
}

export const notion: SandboxPlatform = {
  id: 'notion',
  hosts: ['api.notion.com'],
  oauth,
  apps: [{ clientId: '463558a3-0000-4000-8000-sandboxnotion', clientSecret: 'secret_sandboxNotion', redirectUris: [] }],
  keys: { [secret]: first },
  people: {
    oauth: { externalAccountId: first, renewed: true },
    secret: {
      credentials: { apiKey: secret },
      wrongCredentials: { apiKey: 'ntn_sandboxInternalSecretTwo' },
      externalAccountId: first,
    },
  },
  refusal: status => ({
    body: errorOf(status, status === 429 ? 'rate_limited' : 'service_unavailable', 'Notion is busy.'),
  }),
  answer: handleNotion,
  webhooks,
}

/** https://developers.notion.com/reference/page */
function pageOf(id: string, title: string) {
  const text = { type: 'text', text: { content: title, link: null }, plain_text: title, href: null }
  const properties = { title: { id: 'title', type: 'title', title: [text] } }
  const url = `https://www.notion.so/${title}-${id.replaceAll('-', '')}`
  return { object: 'page', id, parent: { type: 'workspace', workspace: true }, in_trash: false, properties, url }
}

/** The API, as far as it is called. https://developers.notion.com/reference/intro */
async function handleNotion({ req, res, path }: Exchange, tools: Tools): Promise<void> {
  const refuse = (status: number, code: string, message: string) =>
    sendJson(res, status, errorOf(status, code, message))
  const version = req.headers['notion-version']
  if (version === undefined)
    return refuse(400, 'missing_version', 'Notion-Version header failed validation: it should be defined.')
  if (!versions.includes(String(version)))
    return refuse(400, 'validation_error', 'Notion-Version header failed validation.')
  if (path === '/v1/oauth/revoke' || path === '/v1/oauth/introspect') {
    const client = basicCredentials(req, true)
    if (!client || tools.client(client.name)?.secret !== client.password)
      return sendJson(res, 401, { error: 'invalid_client', request_id: random(20) })
    const { token } = ((await readJson(req)) ?? {}) as { token?: string }
    const granted = tools.granted(token)
    if (path.endsWith('introspect'))
      return sendJson(res, 200, { active: granted !== undefined, request_id: random(20) })
    if (granted) tools.endGrant(granted.id)
    return sendJson(res, 200, { request_id: random(20) })
  }
  const token = bearerToken(req)
  const account = tools.granted(token)?.account ?? tools.accountOfKey(token)
  if (account === undefined) return refuse(401, 'unauthorized', 'API token is invalid.')
  const { bot, name } = workspaceOf(account)
  if (path === '/v1/users/me') {
    const owner = { type: 'workspace', workspace: true }
    const about = { owner, workspace_id: account, workspace_name: name }
    return sendJson(res, 200, { object: 'user', id: bot, type: 'bot', name: 'Causeway', avatar_url: null, bot: about })
  }
  if (path === '/v1/search' && req.method === 'POST') {
    const { page_size = 100, start_cursor } = ((await readJson(req)) ?? {}) as Record<string, string | number>
    const pages = ['Plan', 'Notes'].map(title => pageOf(`${account.slice(0, -4)}${title.length}000`, title))
    const from = start_cursor === undefined ? 0 : pages.findIndex(({ id }) => id === start_cursor)
    if (from < 0) return refuse(400, 'validation_error', 'The start_cursor provided is invalid.')
    const next_cursor = pages[from + Number(page_size)]?.id ?? null
    return sendJson(res, 200, {
      ...{ object: 'list', results: pages.slice(from, from + Number(page_size)), type: 'page_or_data_source' },
      ...{ next_cursor, has_more: next_cursor !== null, page_or_data_source: {} },
    })
  }
  refuse(400, 'invalid_request_url', 'Invalid request URL.')
}
