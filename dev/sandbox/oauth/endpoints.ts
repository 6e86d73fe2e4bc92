import type Provider from 'oidc-provider'
import { type Exchange, sendJson } from '../http.ts'
import type { Tools } from '../tools.ts'
import { provenClient } from './client-proof.ts'
import { handleConsent } from './consent.ts'
import type { Dialect } from './dialect.ts'
import { type Mount, errorPage, serverPaths } from './provider.ts'
import { capture, isAt, pass, readForm, withForm } from './requests.ts'
import { toServer } from './scopes.ts'
import { answerToken } from './token-request.ts'

/** What the OAuth server is told of an authorization request; the rest is the platform's own. */
const standard = ['client_id', 'redirect_uri', 'response_type', 'state', 'code_challenge', 'code_challenge_method']

/** Answers what is a matter of OAuth; false where it is none. */
export async function handleOAuth(
  exchange: Exchange,
  tools: Tools,
  mount: Mount,
  provider: () => Provider,
): Promise<boolean> {
  const { req, res, path } = exchange
  const { dialect } = mount
  const own = `/${mount.platform}${path}`
  if (own.startsWith(`${mount.path}/consent/`)) {
    await handleConsent(exchange, tools.storage, mount, provider())
  } else if (own.startsWith(`${mount.path}${serverPaths.authorization}/`)) {
    await pass(provider(), mount.path, req, res, `${own.slice(mount.path.length)}?${exchange.query.toString()}`)
  } else if (isAt(exchange, { method: 'GET', ...dialect.authorization })) {
    await authorize(exchange, mount, provider)
  } else if (isAt(exchange, { method: 'POST', ...dialect.token })) {
    await answerToken(exchange, tools, mount, provider())
  } else if (dialect.revocation && isAt(exchange, { method: 'POST', ...dialect.revocation })) {
    await revoke(exchange, tools, mount, provider())
  } else return false
  return true
}

/** Puts the request into the standard's words; what the platform adds to them is kept with the grant. */
async function authorize(exchange: Exchange, mount: Mount, provider: () => Provider): Promise<void> {
  const { req, res, host } = exchange
  const { dialect } = mount
  const query = new URLSearchParams(exchange.query)
  const refuse = (text: string) => {
    res.writeHead(400, { 'content-type': 'text/html; charset=utf-8' })
    res.end(errorPage(dialect, text))
  }
  const refusal = dialect.readAuthorization?.(query, exchange)
  if (refusal !== undefined) return refuse(refusal)
  if (dialect.pkce === 'ignored') for (const name of ['code_challenge', 'code_challenge_method']) query.delete(name)
  const asked = scopesOf(dialect, query.get('scope') ?? '')
  const unknown = asked.find(scope => !dialect.scopes.includes(scope))
  if (unknown !== undefined && dialect.unknownScopes !== 'ignored') return refuse(`invalid_scope: ${unknown}`)
  const params = { ...Object.fromEntries(exchange.query), ...(host === undefined ? {} : { host }) }
  const told = new URLSearchParams({
    ...Object.fromEntries([...query].filter(([name]) => standard.includes(name))),
    scope: toServer(asked.filter(scope => dialect.scopes.includes(scope))),
    sandbox_params: JSON.stringify(params),
  })
  await pass(provider(), mount.path, req, res, `${serverPaths.authorization}?${told.toString()}`)
}

function scopesOf(dialect: Dialect, text: string): string[] {
  const separator = dialect.scopeSeparator === 'either' ? /[ ,]+/ : (dialect.scopeSeparator ?? ' ')
  return [...new Set(text.split(separator).filter(Boolean))]
}

/** RFC 7009: what is not known is fine too. */
async function revoke(exchange: Exchange, tools: Tools, mount: Mount, provider: Provider): Promise<void> {
  const { req, res } = exchange
  const form = await readForm(exchange, 'either')
  const client = provenClient(exchange, form, mount.dialect, tools)
  if (!client) return sendJson(res, 401, { error: 'invalid_client' })
  const token = form.get('token') ?? ''
  const told = new URLSearchParams({ token, client_id: client.id, client_secret: client.secret })
  const { status, body } = await capture(provider, mount.path, withForm(req, serverPaths.revocation, told))
  if (status !== 200) return sendJson(res, status, body)
  res.writeHead(200, { 'content-length': '0' }).end()
}
