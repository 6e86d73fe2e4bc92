import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createOutgoing } from '../../src/outgoing/agent.ts'
import { TokenError } from '../../src/grants/answers/token-error.ts'
import type { OAuth2 } from '../../src/catalogue/schema/auth-code.ts'
import { exchangeCode, refreshTokens, revokeGrant } from './calls.ts'

type Answer = (req: IncomingMessage & { text: string }, res: ServerResponse) => void
let answer: Answer
let seen: (IncomingMessage & { text: string }) | undefined

const server = createServer((req, res) => {
  const chunks: Buffer[] = []
  req.on('data', (chunk: Buffer) => chunks.push(chunk))
  req.on('end', () => {
    seen = Object.assign(req, { text: Buffer.concat(chunks).toString() })
    answer(seen, res)
  })
})
await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
const outgoing = createOutgoing({ allowedPrivateNetworks: ['127.0.0.0/8'], proxy: undefined })
afterAll(async () => {
  server.closeAllConnections()
  server.close()
  await outgoing.close()
})

const method: OAuth2 = {
  kind: 'oauth2',
  id: 'oauth',
  authorize: 'https://idp.example/authorize',
  token: 'https://idp.example/token',
  clientAuth: 'basic',
  defaultScopes: [],
  lifetime: {},
  deadGrant: ['invalid_grant'],
}
const app = { clientId: 'id with:colon', clientSecret: 's&cret', baseUrls: { 'https://idp.example': base } }
const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): Answer =>
  (_, res) =>
    void res.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
const refresh = (change: Partial<OAuth2> = {}, timeoutMs = 500) =>
  refreshTokens(outgoing, { ...method, ...change }, app, 'rt-1', { timeoutMs })
const failure = async (given: Answer, change: Partial<OAuth2> = {}) => {
  answer = given
  const error: unknown = await refresh(change).catch((caught: unknown) => caught)
  if (!(error instanceof TokenError)) throw error
  return [error.failure, error.ambiguous]
}

describe('what a token endpoint says', () => {
  it('gives the parts of a grant, whatever the form of its numbers and scopes', async () => {
    answer = json(200, { access_token: 'a', token_type: 'Bearer', expires_in: '3600', scope: 'one,two', x_rt: 100 })
    expect(await refresh({ refreshExpiresIn: 'x_rt' })).toEqual({
      accessToken: 'a',
      refreshToken: undefined,
      scopes: ['one', 'two'],
      expiresInMs: 3_600_000,
      refreshExpiresInMs: 100_000,
    })
  })

  it('does not trip over an id_token that is not for it', async () => {
    answer = json(200, { access_token: 'a', token_type: 'bearer', id_token: 'not.a.jwt' })
    expect((await refresh()).accessToken).toBe('a')
  })

  it('tells a dead grant from a bad client, a limit and a provider that is down', async () => {
    expect(await failure(json(400, { error: 'invalid_grant' }))).toEqual(['dead_grant', false])
    expect(await failure(json(401, { error: 'invalid_client' }, { 'www-authenticate': 'Basic realm="x"' }))).toEqual([
      'bad_client',
      false,
    ])
    expect(await failure(json(429, {}, { 'retry-after': '7' }))).toEqual(['rate_limited', false])
    expect(await failure(json(400, { error: 'invalid_scope' }))).toEqual(['refused', false])
    expect(await failure(json(503, { error: 'invalid_grant' }))).toEqual(['down', true])
  })

  it('finds an error inside a 200, in the words of the provider', async () => {
    const github = {
      deadGrant: ['bad_refresh_token'],
      badClient: ['incorrect_client_credentials'],
    }
    expect(await failure(json(200, { error: 'bad_refresh_token' }), github)).toEqual(['dead_grant', false])
    expect(await failure(json(200, { error: 'incorrect_client_credentials' }), github)).toEqual(['bad_client', false])
  })

  it('doubts when the answer was lost, late, cut or not readable', async () => {
    expect(await failure(req => req.socket.destroy())).toEqual(['down', true])
    expect(await failure(() => undefined)).toEqual(['down', true])
    expect(await failure((_, res) => void res.end('<html>'))).toEqual(['down', true])
    expect(await failure(json(200, { token_type: 'bearer' }))).toEqual(['down', true])
    expect(await failure((_, res) => void res.end(Buffer.alloc(2_000_000, 32)))).toEqual(['down', true])
    const closed = { ...app, baseUrls: { 'https://idp.example': 'http://127.0.0.1:1' } }
    await expect(refreshTokens(outgoing, method, closed, 'rt', { timeoutMs: 500 })).rejects.toMatchObject({
      failure: 'down',
      ambiguous: false,
    })
  })

  it('is left alone for an hour at most, whatever it asks for', async () => {
    const asked = async (header: string | string[]) => {
      answer = (_, res) => void res.setHeader('retry-after', header).writeHead(503).end()
      return refresh().catch((error: TokenError) => error.retryAfterMs)
    }
    expect(await asked('7')).toBe(7_000)
    expect(await asked(['7', '9'])).toBe(9_000)
    expect(await asked('9999999999')).toBe(3_600_000)
    expect(await asked('Wed, 01 Jan 2090 00:00:00 GMT')).toBe(3_600_000)
    expect(await asked('soon')).toBeUndefined()
  })

  it('never carries what was said in its errors', async () => {
    answer = json(400, { error: 'invalid_grant', error_description: 'canary-token rt-1' })
    const error = await refresh().catch((caught: unknown) => caught)
    expect(JSON.stringify(error) + String(error) + (error as Error).stack).not.toMatch(/canary|rt-1/)
    answer = json(400, { error: 'a text with canary-token in it' })
    expect(await refresh().catch((caught: TokenError) => caught.providerCode)).toBeUndefined()
  })

  it('does not send once its time has passed', async () => {
    seen = undefined
    const asked = refreshTokens(outgoing, method, app, 'rt', { timeoutMs: 500, maySend: () => false })
    await expect(asked).rejects.toMatchObject({ failure: 'down', ambiguous: false, cause: { reason: 'not_sent' } })
    expect(seen).toBeUndefined()
  })

  it('goes without encryption to this machine only', async () => {
    const elsewhere = { ...app, baseUrls: { 'https://idp.example': 'http://idp.example' } }
    await expect(refreshTokens(outgoing, method, elsewhere, 'rt', { timeoutMs: 500 })).rejects.toMatchObject({
      failure: 'bad_client',
    })
  })
})

describe('what a token endpoint is told', () => {
  it('proves the app by the header or in the body, as the provider wants it', async () => {
    answer = json(200, { access_token: 'a', token_type: 'bearer' })
    await refresh()
    const basic = Buffer.from('id+with%3Acolon:s%26cret').toString('base64')
    expect([seen?.headers.authorization, seen?.text]).toEqual([
      `Basic ${basic}`,
      'refresh_token=rt-1&grant_type=refresh_token',
    ])
    await refresh({ clientAuth: 'basic-raw' })
    const raw = Buffer.from('id with:colon:s&cret').toString('base64')
    expect(seen?.headers.authorization).toBe(`Basic ${raw}`)
    await refresh({ clientAuth: 'body' })
    expect(Object.fromEntries(new URLSearchParams(seen?.text))).toMatchObject({
      client_id: 'id with:colon',
      client_secret: 's&cret',
    })
  })

  it.each([
    ['basic', (text: string) => new URLSearchParams(`x=${text}`).get('x')!, ['aB+c/d=e', 'idé', 'id:with b']],
    ['basic', (text: string) => text, ['ABc-d_e.f', 'sec-ret_1.2*']],
    ['basic-raw', (text: string) => text, ['ABc-d_e.f', 'aB+c/d=e', 'p%q r~!']],
  ] as const)('proves the app (%s) to a server that reads it in its own way', async (clientAuth, read, ids) => {
    for (const id of ids) {
      const given = { clientId: id.replaceAll(':', ''), clientSecret: `${id}2`, baseUrls: app.baseUrls }
      answer = (req, res) => {
        const [name, ...rest] = Buffer.from(req.headers.authorization!.slice(6), 'base64').toString().split(':')
        const right = read(name!) === given.clientId && read(rest.join(':')) === given.clientSecret
        json(right ? 200 : 401, right ? { access_token: 'a' } : { error: 'invalid_client' })(req, res)
      }
      expect(
        (await refreshTokens(outgoing, { ...method, clientAuth }, given, 'rt', { timeoutMs: 500 })).accessToken,
      ).toBe('a')
      const grant = { ...method, clientAuth, revoke: { kind: 'delete-grant', url: method.token } } as const
      expect(await revokeGrant(outgoing, grant, given, { accessToken: 'a' }, { timeoutMs: 500 })).toBe(true)
    }
  })

  it('exchanges a code with its verifier', async () => {
    answer = json(200, { access_token: 'a', token_type: 'bearer', refresh_token: 'r' })
    const code = { code: 'c/1', verifier: 'v'.repeat(43), redirectUri: 'https://hub/oauth/callback/x' }
    expect((await exchangeCode(outgoing, method, app, code, { timeoutMs: 500 })).refreshToken).toBe('r')
    expect(Object.fromEntries(new URLSearchParams(seen?.text))).toEqual({
      grant_type: 'authorization_code',
      code: 'c/1',
      code_verifier: 'v'.repeat(43),
      redirect_uri: 'https://hub/oauth/callback/x',
    })
  })

  it('revokes in the provider’s way, and takes gone for revoked', async () => {
    const tokens = { accessToken: 'at', refreshToken: 'rt' }
    const limits = { timeoutMs: 500 }
    answer = (_, res) => void res.end()
    const rfc = { ...method, revoke: { kind: 'rfc7009', url: 'https://idp.example/revoke' } } as const
    expect(await revokeGrant(outgoing, rfc, app, tokens, limits)).toBe(true)
    expect(seen?.text).toBe('token_type_hint=refresh_token&token=rt')
    const github = {
      ...method,
      revoke: { kind: 'delete-grant', url: 'https://idp.example/apps/{clientId}/grant' },
    } as const
    answer = (_, res) => void res.writeHead(404).end()
    expect(await revokeGrant(outgoing, github, app, tokens, limits)).toBe(true)
    expect([seen?.method, seen?.url, seen?.text]).toEqual([
      'DELETE',
      '/apps/id%20with%3Acolon/grant',
      '{"access_token":"at"}',
    ])
    answer = (_, res) => void res.writeHead(500).end()
    await expect(revokeGrant(outgoing, github, app, tokens, limits)).rejects.toMatchObject({ failure: 'down' })
    expect(await revokeGrant(outgoing, method, app, tokens, limits)).toBe(false)
  })
})
