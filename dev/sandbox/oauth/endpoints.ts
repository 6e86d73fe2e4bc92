import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import type Provider from 'oidc-provider'
import { type Exchange, basicCredentials, readBody, sendJson } from '../http.ts'
import type { OAuthPlatform } from '../settings.ts'
import type { Storage } from '../storage.ts'
import { handleConsent } from './consent.ts'
import { type TokenAnswer, dialects } from './dialect.ts'

/** Answers the OAuth endpoints of a platform; false when the path is none of them. */
export async function handleOAuth(
  exchange: Exchange,
  storage: Storage,
  platform: OAuthPlatform,
  provider: Provider,
): Promise<boolean> {
  const { req, res, path, query } = exchange
  const { routes } = dialects[platform]
  if (path.startsWith('/_consent/')) {
    await handleConsent(exchange, storage, platform, provider)
  } else if (path === routes.authorization || path.startsWith(`${routes.authorization}/`)) {
    if (path === routes.authorization && !query.get('scope')) query.set('scope', 'public_data')
    if (query.has('scope')) query.set('scope', String(query.get('scope')).replaceAll(',', ' ')) // GitHub takes commas too
    await pass(provider, platform, req, res, `${path}?${query.toString()}`)
  } else if (path === routes.token && req.method === 'POST') {
    await handleToken(exchange, storage, platform, provider)
  } else if (path === routes.revocation && req.method === 'POST') {
    const form = formOf(await readBody(req), req.headers['content-type'])
    await pass(provider, platform, withForm(req, path, form), res, path)
  } else return false
  return true
}

/** Has the provider answer, records the request, and puts the answer into the platform's words. */
async function handleToken(
  { req, res, path }: Exchange,
  storage: Storage,
  platform: OAuthPlatform,
  provider: Provider,
): Promise<void> {
  const form = formOf(await readBody(req), req.headers['content-type'])
  const grantType = form.get('grant_type') ?? 'authorization_code' // GitHub does not ask for it
  form.set('grant_type', grantType)
  const clientId = basicCredentials(req)?.name ?? form.get('client_id')
  const spent = form.get('refresh_token') ?? form.get('code') ?? ''
  const { before, answer } = await inTurn(platform, async () => ({
    before: storage.get<{ grant_id: string; consumed_ms: number | null }>(
      'SELECT grant_id, consumed_ms FROM oidc WHERE platform = ? AND id = ? AND model IN (?, ?)',
      ...[platform, spent, 'RefreshToken', 'AuthorizationCode'],
    ),
    answer: await capture(provider, withForm(req, path, form), path),
  }))
  const account = before
    ? storage.get<{ account: string }>('SELECT account FROM grants WHERE id = ?', before.grant_id)?.account
    : undefined
  storage.run(
    `INSERT INTO token_requests (at_ms, platform, client_id, grant_type, grant_id, account, outcome, reused) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    ...[Date.now(), platform, clientId, grantType, before?.grant_id ?? null, account ?? null],
    ...[answer.status === 200 ? 'ok' : String(answer.body['error']), before?.consumed_ms ? 1 : 0],
  )
  const { status, body } = dialects[platform].translate(answer, storage.settings())
  const asForm = platform === 'github' && !/json/.test(req.headers.accept ?? '')
  if (!asForm) return sendJson(res, status, body, { 'cache-control': 'no-store' })
  res.writeHead(status, { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' })
  res.end(new URLSearchParams(body as Record<string, string>).toString())
}

const turns = new Map<OAuthPlatform, Promise<unknown>>()

/** One token request at a time: two that spend the same token at once would otherwise both find it unspent. */
function inTurn<T>(platform: OAuthPlatform, work: () => Promise<T>): Promise<T> {
  const mine = (turns.get(platform) ?? Promise.resolve()).then(work, work)
  turns.set(platform, mine)
  return mine
}

/** A body as a form: what is sent as JSON (Intuit's revoke) becomes one. */
function formOf(body: Buffer, type = ''): URLSearchParams {
  if (!type.includes('json')) return new URLSearchParams(body.toString('utf8'))
  try {
    return new URLSearchParams(JSON.parse(body.toString('utf8')) as Record<string, string>)
  } catch {
    return new URLSearchParams()
  }
}

/** A copy of a request whose body was read, with a form for body. */
function withForm(req: IncomingMessage, url: string, form: URLSearchParams): IncomingMessage {
  const body = Buffer.from(form.toString())
  const headers = {
    ...req.headers,
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': String(body.length),
    accept: 'application/json',
  }
  const { method, socket, httpVersion } = req
  return Object.assign(Readable.from([body]), {
    method,
    socket,
    httpVersion,
    headers,
    url,
  }) as unknown as IncomingMessage
}

/** The provider finds its mount point in `baseUrl`, as Express sets it. */
async function pass(
  provider: Provider,
  platform: OAuthPlatform,
  req: IncomingMessage,
  res: ServerResponse,
  url: string,
): Promise<void> {
  Object.assign(req, { url, baseUrl: `/${platform}` })
  await provider.callback()(req, res)
}

/** The provider's answer, not sent. */
async function capture(provider: Provider, req: IncomingMessage, url: string): Promise<TokenAnswer> {
  const answer: TokenAnswer = { status: 500, body: { error: 'server_error' } }
  const { ServerResponse } = await import('node:http')
  const res = new ServerResponse(req)
  await new Promise<void>(resolve => {
    res.end = ((text?: string | Buffer) => {
      answer.status = res.statusCode
      if (text?.length) answer.body = JSON.parse(text.toString()) as Record<string, unknown>
      resolve()
      return res
    }) as typeof res.end
    req.url = url
    void provider.callback()(req, res)
  })
  return answer
}
