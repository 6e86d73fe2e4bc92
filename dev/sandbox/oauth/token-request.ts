import type Provider from 'oidc-provider'
import { type Exchange, sendJson } from '../http.ts'
import type { Client, Tools } from '../tools.ts'
import { agreedOf } from './agreed.ts'
import { provenClient } from './client-proof.ts'
import type { TokenAnswer } from './dialect.ts'
import { type Mount, serverPaths } from './provider.ts'
import { capture, readForm, withForm } from './requests.ts'
import { toServer } from './scopes.ts'

/** What a request spends, as it was before. */
interface Spent {
  grant_id: string
  consumed_ms: number | null
  model: string
}

/** Has the OAuth server answer a token request, records it, and puts the answer into the platform's words. */
export async function answerToken(exchange: Exchange, tools: Tools, mount: Mount, provider: Provider): Promise<void> {
  const { req, res } = exchange
  const { platform, dialect } = mount
  const { storage } = tools
  const form = await readForm(exchange, dialect.tokenBody ?? 'form')
  const refusal = dialect.readToken?.(form, req)
  const grantType = form.get('grant_type') ?? ''
  const client = provenClient(exchange, form, dialect, tools)
  const { spent, answer } = await inTurn(platform, async () => {
    const before = spentBy(tools, form)
    return { spent: before, answer: await answerOf(refusal, client, before) }
  })
  const agreed = spent && agreedOf(storage, spent.grant_id)
  storage.run(
    `INSERT INTO token_requests (at_ms, platform, client_id, grant_type, grant_id, account, outcome, reused) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    ...[Date.now(), platform, client?.id ?? null, grantType, spent?.grant_id ?? null],
    ...[spent ? accountOf(tools, spent.grant_id) : null],
    ...[answer.status === 200 ? 'ok' : String(answer.body['error']), spent?.consumed_ms ? 1 : 0],
  )
  if (answer.status === 200 && agreed) answer.body['scope'] = agreed.scope
  const about = { settings: storage.settings(), grantType, form, tools, ...(agreed ? { agreed } : {}) }
  const { status, body } = dialect.translate?.(answer, about) ?? answer
  if (dialect.writes?.(req) !== 'form') return sendJson(res, status, body, { 'cache-control': 'no-store' })
  res.writeHead(status, { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' })
  res.end(new URLSearchParams(body as Record<string, string>).toString())

  async function answerOf(refused?: string, proven?: Client, before?: Spent): Promise<TokenAnswer> {
    if (refused !== undefined) return { status: 400, body: { error: 'invalid_request', error_description: refused } }
    if (dialect.clientless?.includes(grantType))
      return dialect.otherGrants![grantType]!(form, { id: '', secret: '' }, tools, exchange)
    if (!proven) return { status: 401, body: { error: 'invalid_client' } }
    const own = dialect.otherGrants?.[grantType]
    if (own) return own(form, proven, tools, exchange)
    const grace = (dialect.reuseGraceSeconds ?? storage.settings().reuseGraceSeconds) * 1000
    const isStale = before?.model === 'RefreshToken' && Date.now() - (before.consumed_ms ?? Infinity) >= grace
    if (isStale && dialect.reuse === 'refused') return { status: 400, body: { error: 'invalid_grant' } }
    const told = new URLSearchParams({ grant_type: grantType, client_id: proven.id, client_secret: proven.secret })
    for (const name of ['code', 'redirect_uri', 'refresh_token', 'code_verifier'])
      if (form.has(name) && !(name === 'code_verifier' && dialect.pkce === 'ignored')) told.set(name, form.get(name)!)
    const address =
      dialect.redirectAgain === false && before && agreedOf(storage, before.grant_id)?.params['redirect_uri']
    if (address) told.set('redirect_uri', address)
    if (grantType === 'refresh_token' && form.get('scope')) told.set('scope', toServer(form.get('scope')!.split(' ')))
    return capture(provider, mount.path, withForm(req, serverPaths.token, told))
  }
}

function spentBy({ storage, platform }: Tools, form: URLSearchParams): Spent | undefined {
  const token = form.get('refresh_token') ?? form.get('code') ?? ''
  const query = 'SELECT grant_id, consumed_ms, model FROM oidc WHERE platform = ? AND id = ? AND model IN (?, ?)'
  return storage.get<Spent>(query, platform, token, 'RefreshToken', 'AuthorizationCode')
}

function accountOf({ storage }: Tools, grantId: string): string | null {
  return storage.get<{ account: string }>('SELECT account FROM grants WHERE id = ?', grantId)?.account ?? null
}

const turns = new Map<string, Promise<unknown>>()

/** One token request at a time: two that spend the same token at once would otherwise both find it unspent. */
function inTurn<T>(platform: string, work: () => Promise<T>): Promise<T> {
  const mine = (turns.get(platform) ?? Promise.resolve()).then(work, work)
  turns.set(platform, mine)
  return mine
}
