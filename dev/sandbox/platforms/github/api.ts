import { type Exchange, basicCredentials, bearerToken, readJson, sendJson } from '../../http.ts'
import type { Granted, Tools } from '../../tools.ts'
import { githubClient } from '../../settings.ts'
import { answerAboutHooks } from './hooks.ts'
import { answerAboutIssues } from './issues.ts'
import { answerAboutInstallation, answerAsApp, answerAsInstallation, app, install } from './installation.ts'

/** GitHub's REST API, as far as it is called: user, repositories, and taking a grant back. https://docs.github.com/en/rest */
export async function handleGithub(given: Exchange, tools: Tools): Promise<void> {
  // A server of one's own has its API behind a path.
  const exchange = { ...given, path: given.path.replace(/^\/api\/v3/, '') }
  const { req, res, path, query } = exchange
  const docs = 'https://docs.github.com/rest'
  const refuse = (status: number, message: string) =>
    sendJson(res, status, { message, documentation_url: docs, status: String(status) })

  if (path === `/apps/${app.slug}/installations/new`) return install(exchange, githubClient.id)
  if (await answerAsApp(exchange, tools, githubClient.id)) return

  const application = /^\/applications\/([^/]+)\/(grant|token)$/.exec(path)?.[1]
  if (application && req.method === 'DELETE') {
    const login = basicCredentials(req)
    if (login?.name !== application || login.password !== tools.client(application)?.secret)
      return refuse(404, 'Not Found')
    const { access_token } = ((await readJson(req)) ?? {}) as { access_token?: unknown }
    const granted = typeof access_token === 'string' ? tools.granted(access_token) : undefined
    if (!granted) return refuse(404, 'Not Found')
    tools.endGrant(granted.id)
    res.writeHead(204).end()
    return
  }

  const token = bearerToken(req) ?? /^token\s+(\S+)$/i.exec(req.headers.authorization ?? '')?.[1]
  if (!token) return refuse(401, 'Requires authentication')
  const granted = tools.granted(token) ?? grantedByKey(tools, token)
  if (!granted) return refuse(401, 'Bad credentials')
  if (!req.headers['user-agent']) return refuse(403, 'Request forbidden by administrative rules: no User-Agent header')
  const scopes = granted.scope.replaceAll(' ', ', ')
  const headers = {
    ...{ 'x-oauth-scopes': scopes, 'x-github-api-version-selected': '2022-11-28', 'x-ratelimit-limit': '5000' },
    ...{ 'x-ratelimit-remaining': '4990', 'x-ratelimit-reset': String(Math.floor(Date.now() / 1000) + 3600) },
  }
  const own = ['causeway', 'hello-world', 'spoon-knife'].map((name, index) => repository(granted.account, name, index))
  if (answerAsInstallation(exchange, granted, own) || answerAboutInstallation(exchange, granted, own)) return
  if (answerAboutIssues(exchange, tools, own, headers)) return
  if (await answerAboutHooks(exchange, tools, granted, own)) return
  if (path === '/user') return sendJson(res, 200, user(granted.account), headers)
  if (path === '/user/repos') {
    const size = Math.min(Number(query.get('per_page') ?? 30), 100)
    const page = Number(query.get('page') ?? 1)
    return sendJson(res, 200, own.slice((page - 1) * size, page * size), headers)
  }
  refuse(404, 'Not Found')
}

/** A personal access token opens what its person can. */
function grantedByKey(tools: Tools, token: string): Granted | undefined {
  const account = tools.accountOfKey(token)
  return account === undefined
    ? undefined
    : { id: token, account, scope: 'repo read:user', clientId: '', params: {}, token, expiresAt: Infinity }
}

/** GitHub's own mascots: the second owns the repositories of the documentation's example webhooks. */
const knownIds: Record<string, number> = { octocat: 583_231, Codertocat: 21_031_067 }

function user(login: string): Record<string, unknown> {
  const id =
    knownIds[login] ?? 1_000_000 + ([...login].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7) % 9_000_000)
  return {
    ...{ login, id, node_id: `U_${id}`, type: 'User', site_admin: false, name: `The ${login}`, company: '@github' },
    ...{ email: `${login}@example.com`, public_repos: 3, followers: 20, created_at: '2011-01-25T18:44:36Z' },
    ...{ avatar_url: `https://avatars.example.com/${id}`, html_url: `https://github.com/${login}` },
  }
}

function repository(login: string, name: string, index: number): Record<string, unknown> {
  return {
    ...{ id: 1_296_269 + index, name, full_name: `${login}/${name}`, private: index === 0, owner: user(login) },
    ...{ html_url: `https://github.com/${login}/${name}`, default_branch: 'main', updated_at: '2024-06-01T00:00:00Z' },
  }
}
