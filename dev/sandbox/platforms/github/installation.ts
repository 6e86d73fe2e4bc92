import { jwtVerify } from 'jose'
import { type Exchange, bearerToken, readBody, sendJson } from '../../http.ts'
import { knownPublicKey } from '../../known-key.ts'
import { random } from '../../oauth/dialect.ts'
import type { Granted, Tools } from '../../tools.ts'

// A GitHub App that is installed:
// https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/authenticating-as-a-github-app-installation

export const app = { slug: 'causeway-sandbox', id: '900001' }
/** Installations of the app, by whose account they are in. */
export const installations: Record<string, string> = { '41000001': 'octocat', '41000002': 'Codertocat' }
export const installationKey = (id: string) => `installation-${id}`

const refuse = ({ res }: Exchange, status: number, message: string) =>
  sendJson(res, status, { message, documentation_url: 'https://docs.github.com/rest', status: String(status) })

/**
 * The page on which the app is installed; then the person is asked as by OAuth, and comes back with both. No request says where
 * to: it is registered, for this machine where she comes from.
 */
export async function install({ req, res, query }: Exchange, clientId: string): Promise<void> {
  const home = URL.parse(req.headers.referer ?? '')?.origin ?? 'http://127.0.0.1:8080'
  if (req.method !== 'POST') {
    res.writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
    const choice = Object.values(installations).map(login => `<option>${login}</option>`)
    res.end(`<!doctype html><title>Install</title><form method="post"><select name="account">${choice.join('')}</select>
      <button name="decision" value="approve">Install</button></form>`)
    return
  }
  const account = new URLSearchParams((await readBody(req)).toString()).get('account')
  const [id] = Object.entries(installations).find(([, login]) => login === account) ?? ['41000001']
  const asked = {
    ...{ client_id: clientId, redirect_uri: `${home}/oauth/callback/github` },
    ...{ state: query.get('state') ?? '', installation_id: id },
  }
  const authorize = new URL((req.url ?? '').replace(/\/apps\/.*$/, '/login/oauth/authorize'), 'http://sandbox')
  res.writeHead(302, { location: `${authorize.pathname}?${new URLSearchParams(asked).toString()}` }).end()
}

/** What only an app may ask, by its JWT; false for other calls. */
export async function answerAsApp(exchange: Exchange, tools: Tools, clientId: string): Promise<boolean> {
  const { req, res, path } = exchange
  const installation = /^\/app\/installations\/(\d+)\/access_tokens$/.exec(path)?.[1]
  if (path !== '/app' && !installation) return false
  const fault = await faultIn(bearerToken(req) ?? '', clientId)
  if (fault !== undefined) refuse(exchange, 401, fault)
  else if (path === '/app')
    sendJson(res, 200, { id: Number(app.id), slug: app.slug, name: 'Causeway', client_id: clientId })
  else if (req.method !== 'POST') refuse(exchange, 404, 'Not Found')
  else {
    const account = tools.accountOfKey(installationKey(installation!))
    if (account === undefined) refuse(exchange, 404, 'Not Found')
    else {
      const token = `ghs_${random(36)}`
      const seconds = tools.storage.settings().accessTokenSeconds
      tools.issue({ clientId, account, token, seconds, params: { installation: installation! } })
      const expires_at = new Date(Date.now() + seconds * 1000).toISOString().replace(/\.\d+/, '')
      const permissions = { metadata: 'read', contents: 'read', issues: 'write' }
      sendJson(res, 201, { token, expires_at, permissions, repository_selection: 'all' })
    }
  }
  return true
}

/** https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-json-web-token-jwt-for-a-github-app */
async function faultIn(jwt: string, clientId: string): Promise<string | undefined> {
  try {
    const { payload } = await jwtVerify(jwt, knownPublicKey, { algorithms: ['RS256'] })
    const { iss, iat, exp = 0 } = payload
    if (typeof iat !== 'number' || iat * 1000 > Date.now()) return "'Issued at' claim ('iat') must be in the past"
    if (exp - Date.now() / 1000 > 600) return "'Expiration time' claim ('exp') is too far in the future"
    return iss === clientId || String(iss) === app.id ? undefined : "'Issuer' claim ('iss') must be an Integer or an id"
  } catch {
    return 'A JSON web token could not be decoded'
  }
}

/** What an installation's token opens, and what it does not; false for a person's token. */
export function answerAsInstallation(exchange: Exchange, granted: Granted, repositories: unknown[]): boolean {
  if (granted.params['installation'] === undefined) return false
  const { res, path } = exchange
  if (path === '/installation/repositories')
    sendJson(res, 200, { total_count: repositories.length, repository_selection: 'all', repositories })
  else if (path === '/user' || path.startsWith('/user/'))
    refuse(exchange, 403, 'Resource not accessible by integration')
  else refuse(exchange, 404, 'Not Found')
  return true
}

/** The repositories of an installation that the person of a token can see; false for other calls. */
export function answerAboutInstallation(exchange: Exchange, granted: Granted, repositories: unknown[]): boolean {
  const id = /^\/user\/installations\/(\d+)\/repositories$/.exec(exchange.path)?.[1]
  if (!id) return false
  if (installations[id] !== granted.account) refuse(exchange, 404, 'Not Found')
  else sendJson(exchange.res, 200, { total_count: repositories.length, repositories })
  return true
}
