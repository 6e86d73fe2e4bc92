import { createHmac, generateKeyPairSync } from 'node:crypto'
import { importSPKI, jwtVerify } from 'jose'
import type { OAuth2 } from '../../src/catalogue/schema/auth-code.ts'
import type { TokenForToken } from '../../src/catalogue/schema/tokens/token-endpoint.ts'
import { callBack } from '../connections/accounts.ts'
import {
  startPlatform,
  type PlatformAnswer,
  type PlatformCall,
  type ScriptedPlatform,
} from '../connections/platform.ts'
import type { AnyBody } from '../support/hub.ts'
import { startTestWorkers } from '../support/workers.ts'
import { createMadeHub, endToken, madeApp, queryOf, tokenOf, tokens } from './made.ts'

const pair = generateKeyPairSync('rsa', { modulusLength: 2048 })
const field = (name: string, more: object = {}) => ({ name, label: name, ...more })
const oauth: OAuth2 = {
  ...{ kind: 'oauth2', id: 'oauth', ...tokens, authorize: 'https://id.made.example/authorize' },
  ...{ clientAuth: 'body', defaultScopes: [], pkce: false },
}
const exchange: Pick<TokenForToken, 'url' | 'method' | 'tells'> = {
  url: 'https://id.made.example/longer',
  method: 'GET',
  tells: ['id', 'secret'],
}

const { hub, app, workspace } = await createMadeHub({
  shops: {
    environments: { production: { api: 'https://{shop}.made.example' } },
    hostPatterns: { shop: '^[a-z][a-z0-9-]*$' },
    auth: [
      {
        ...oauth,
        ...{ authorize: 'https://{shop}.made.example/authorize', token: 'https://{shop}.made.example/token' },
        ask: [field('shop', { pattern: '^[a-z][a-z0-9-]*$' })],
        ...{ scopeSeparator: ',', defaultScopes: ['read_orders'], requiredScopes: ['read_shop'] },
        signedRedirect: { kind: 'hmac-sha256-hex', param: 'hmac' },
        placement: { in: 'header', name: 'x-shop-token' },
      },
    ],
  },
  nested: {
    auth: [
      {
        ...oauth,
        ...{ clientIdParam: 'client_key', tokenBody: 'json', deadGrant: ['10010'] },
        ...{ codeParam: 'auth_code', denied: ['user_cancelled'] },
        answer: {
          ...{ accessToken: 'data.access_token', refreshToken: 'data.refresh_token', expiresIn: 'data.expires_in' },
          ...{ scope: 'data.scope', error: 'data.error_code' },
        },
        captureFromToken: { member: 'data.open_id' },
      },
    ],
    identity: { get: '/members/{member}', id: { captured: 'member' }, name: 'name' },
  },
  chats: {
    auth: [
      {
        ...{ ...oauth, id: 'bot', scopeSeparator: ',' },
        secondScopes: { param: 'user_scope', prefix: 'user:', granted: 'authed_user.scope' },
      },
      { ...oauth, id: 'user', scopeParam: 'user_scope', answer: { accessToken: 'authed_user.access_token' } },
    ],
  },
  longer: {
    auth: [
      {
        ...{ ...oauth, tokenMethod: 'GET', deadGrant: ['190'], lifetime: { access: '60d' } },
        upgrade: { ...exchange, grant: 'fb_exchange_token', param: 'fb_exchange_token' },
        refresh: { ...exchange, grant: 'ig_refresh_token', param: 'access_token', tells: [] },
      },
    ],
  },
  installed: {
    app: { fields: [field('slug'), field('privateKey', { secret: true })] },
    auth: [
      {
        ...{ kind: 'app_installation', id: 'app', ...tokens, captureFromRedirect: ['installation_id'] },
        authorize: 'https://id.made.example/apps/{slug}/installations/new',
        token: 'https://api.made.example/app/installations/{installation_id}/access_tokens',
        answer: { accessToken: 'token', expiresIn: 'expires_at' },
        assertion: { algorithm: 'RS256', key: '{privateKey}', claims: { iss: '{clientId}' }, life: '10m' },
        confirm: {
          token: 'https://id.made.example/token',
          call: 'https://api.made.example/user/installations/{installation_id}/repositories',
        },
      },
    ],
    identity: { get: '/installation', id: { captured: 'installation_id' }, name: 'name' },
  },
  delivered: {
    environments: { production: { api: 'https://{shop}.made.example' } },
    hostPatterns: { shop: '^[a-z][a-z0-9-]*$' },
    auth: [
      {
        ...{ kind: 'key_delivery', id: 'keys', authorize: 'https://{shop}.made.example/wc-auth/v1/authorize' },
        ask: [field('shop')],
        authorizeParams: { app_name: 'Causeway', scope: 'read_write' },
        ...{ stateParam: 'user_id', returnParam: 'return_url', deliverParam: 'callback_url' },
        refused: { param: 'success', equals: '0' },
        delivery: { state: 'user_id', fields: { key: 'consumer_key', secret: 'consumer_secret' } },
        placement: { in: 'basic', user: '{key}', password: '{secret}' },
      },
    ],
  },
  tenants: {
    auth: [{ ...oauth, discover: { path: '/connections', keep: { tenantId: 'tenantId' } } }],
    calls: { headers: { accept: 'application/json' } },
    identity: {
      get: '/organisation',
      headers: { 'x-tenant': '{tenantId}' },
      id: { captured: 'tenantId' },
      name: 'name',
    },
  },
})
await startTestWorkers(hub, ['workflows', 'connections'])

interface Visit {
  connection: { id: string }
  authorizationUrl: string
  attemptId: string
}
const inject = (url: string) => app.inject({ url })

async function begin(
  provider: string,
  platform: ScriptedPlatform,
  body: object = {},
  own: Record<string, unknown> = {},
) {
  const providerAppId = await madeApp(hub, workspace, platform, provider, own)
  const answer = await workspace.request<Visit>('POST', '/v1/connections', { provider, providerAppId, ...body })
  expect([answer.status, answer.body]).toMatchObject([201, { connection: { status: 'pending' } }])
  const url = new URL(answer.body.authorizationUrl)
  return { url, query: url.searchParams, id: answer.body.connection.id, attemptId: answer.body.attemptId }
}
const comeBack = (provider: string, query: Record<string, string>) =>
  callBack(inject, new URL(`http://hub/oauth/callback/${provider}?${new URLSearchParams(query).toString()}`))
const shown = async (id: string) => (await workspace.request('GET', `/v1/connections/${id}`)).body
const attemptError = async (id: string) => (await workspace.request('GET', `/v1/connect-attempts/${id}`)).body.errorCode

/** A platform whose answers a test gives by path, without the question mark's part. */
async function platformOf(answers: Record<string, (call: PlatformCall) => PlatformAnswer | Promise<PlatformAnswer>>) {
  const platform = await startPlatform()
  platform.answerBy(async call => answers[call.path.split('?')[0]!]?.(call) ?? { status: 404 })
  return platform
}
const me = (good: (call: PlatformCall) => boolean) => (call: PlatformCall) =>
  good(call) ? { status: 200, body: { id: 7, name: 'Seven' } } : { status: 401, body: {} }
const bearer = (token: string) => (call: PlatformCall) => call.headers.authorization === `Bearer ${token}`

describe('an account that its person connects', () => {
  it('at a host of its own, by a redirect that is signed, without a token type', async () => {
    const platform = await platformOf({
      '/token': () => ({ status: 201, body: { access_token: 'shpat', scope: 'read_orders,read_shop' } }),
      '/me': me(call => call.headers['x-shop-token'] === 'shpat'),
    })
    const visit = await begin('shops', platform, { config: { shop: 'acme' }, scopes: ['write_orders'] })
    expect([visit.url.pathname, visit.query.get('scope')]).toEqual(['/authorize', 'write_orders,read_shop'])
    const said = { shop: 'acme.made.example', state: visit.query.get('state')!, code: 'c', host: 'YWNtZQ==' }
    const signed = (secret: string) =>
      createHmac('sha256', secret)
        .update(new URLSearchParams(Object.entries(said).sort()).toString())
        .digest('hex')
    // Whoever changes the address changes nothing: the person's own visit still works.
    for (const hmac of [signed('another'), 'x', ''])
      expect((await comeBack('shops', { ...said, hmac })).status).toBe(400)
    const hmac = signed('client-secret')
    expect((await comeBack('shops', { ...said, shop: 'evil.example', hmac })).status).toBe(400)
    expect((await comeBack('shops', { ...said, hmac })).status).toBe(200)
    expect(await shown(visit.id)).toMatchObject({ status: 'connected', config: { shop: 'acme' } })
    expect((await shown(visit.id)).scopes).toEqual(['read_orders', 'read_shop'])
    for (const shop of ['evil.example/', 'a.b', 'UPPER', '']) {
      const config = { config: { shop } }
      const { status } = await workspace.request('POST', '/v1/connections', { provider: 'shops', ...config })
      expect(status).toBe(400)
    }
  })

  it('with an answer under a member, an id parameter of its own and errors as numbers', async () => {
    let dead = false
    const platform = await platformOf({
      '/token': call => {
        const said = JSON.parse(call.body) as Record<string, string>
        if (said.client_key !== 'client-1' || dead) return { status: 200, body: { data: { error_code: 10010 } } }
        const turn = said.grant_type === 'refresh_token' ? `2${said.refresh_token}` : `1${said.auth_code}`
        const data = { access_token: `at${turn}`, refresh_token: 'rt', open_id: 'm-1', scope: 'a,b', error_code: 0 }
        return { status: 200, body: { data: { ...data, expires_in: '3600' }, message: 'success' } }
      },
      '/members/m-1': () => ({ status: 200, body: { name: 'Member' } }),
    })
    const visit = await begin('nested', platform)
    expect([visit.query.get('client_key'), visit.query.get('client_id')]).toEqual(['client-1', null])
    const saysNo = await begin('nested', platform)
    await comeBack('nested', { error: 'user_cancelled', state: saysNo.query.get('state')! })
    expect(await attemptError(saysNo.attemptId)).toBe('ACCESS_DENIED')
    expect((await comeBack('nested', { auth_code: 'c', state: visit.query.get('state')! })).status).toBe(200)
    const connection = await shown(visit.id)
    expect(connection).toMatchObject({ externalAccountId: 'm-1', config: { member: 'm-1' }, scopes: ['a', 'b'] })
    await endToken(hub, visit.id)
    expect(await tokenOf(workspace, visit.id)).toBe('at2rt')
    dead = true
    await endToken(hub, visit.id)
    expect((await workspace.request('GET', `/v1/connections/${visit.id}/token`)).body.error.code).toBe('TOKEN_EXPIRED')
    expect((await shown(visit.id)).status).toBe('needs_reauth')
  })

  it('by one of two methods, with scopes of two kinds', async () => {
    const platform = await platformOf({
      '/token': () => ({
        status: 200,
        body: {
          ...{ ok: true, access_token: 'xoxb', token_type: 'bot', scope: 'chat:write,users:read' },
          authed_user: { access_token: 'xoxp', token_type: 'user', scope: 'chat:write' },
        },
      }),
      '/me': me(call => bearer('xoxb')(call) || bearer('xoxp')(call)),
    })
    const unnamed = await workspace.request('POST', '/v1/connections', { provider: 'chats' })
    expect(unnamed.body.error).toMatchObject({ code: 'INVALID_REQUEST', message: 'Name the method: bot or user.' })
    const scopes = ['chat:write', 'users:read', 'user:chat:write']
    const bot = await begin('chats', platform, { method: 'bot', scopes })
    expect([bot.query.get('scope'), bot.query.get('user_scope')]).toEqual(['chat:write,users:read', 'chat:write'])
    await comeBack('chats', { code: 'c', state: bot.query.get('state')! })
    expect(await shown(bot.id)).toMatchObject({ method: 'bot', status: 'connected', scopes })
    expect(await tokenOf(workspace, bot.id)).toBe('xoxb')
    const user = await begin('chats', platform, { method: 'user', scopes: ['chat:write'] })
    expect([user.query.get('scope'), user.query.get('user_scope')]).toEqual([null, 'chat:write'])
    await comeBack('chats', { code: 'c', state: user.query.get('state')! })
    expect(await tokenOf(workspace, user.id)).toBe('xoxp')
  })

  it('by a token that is exchanged for one that lives longer, then and later', async () => {
    let down = false
    let dead = false
    const platform = await platformOf({
      '/token': call => {
        const { code, client_secret: secret } = queryOf(call)
        if (call.method !== 'GET' || secret !== 'client-secret') return { status: 400, body: {} }
        return { status: 200, body: { access_token: `short-${code}`, expires_in: 3600 } }
      },
      '/longer': call => {
        const said = queryOf(call)
        if (down) return { status: 503, body: {} }
        if (dead) return { status: 400, body: { error: { message: 'canary', type: 'OAuthException', code: 190 } } }
        if (said.grant_type === 'fb_exchange_token' && said.client_secret === 'client-secret')
          return { status: 200, body: { access_token: `long-of-${said.fb_exchange_token}` } }
        const own = said.grant_type === 'ig_refresh_token' && said.client_id === undefined
        return own
          ? { status: 200, body: { access_token: `newer-of-${said.access_token}` } }
          : { status: 400, body: {} }
      },
      '/me': me(() => true),
    })
    const visit = await begin('longer', platform)
    await comeBack('longer', { code: '1', state: visit.query.get('state')! })
    expect(await tokenOf(workspace, visit.id)).toBe('long-of-short-1')
    await endToken(hub, visit.id)
    expect(await tokenOf(workspace, visit.id)).toBe('newer-of-long-of-short-1')
    dead = true
    await endToken(hub, visit.id)
    await workspace.request('GET', `/v1/connections/${visit.id}/token`)
    expect((await shown(visit.id)).status).toBe('needs_reauth')
    // The code is spent: what it gave is exchanged as soon as that works.
    dead = false
    down = true
    const late = await begin('longer', platform)
    await comeBack('longer', { code: '2', state: late.query.get('state')! })
    expect(await tokenOf(workspace, late.id)).toBe('short-2')
    down = false
    await endToken(hub, late.id)
    expect(await tokenOf(workspace, late.id)).toBe('long-of-short-2')
    await endToken(hub, late.id)
    expect(await tokenOf(workspace, late.id)).toBe('newer-of-long-of-short-2')
  })

  it('by an app that is installed, in an account that is the person’s', async () => {
    const key = await importSPKI(pair.publicKey.export({ type: 'spki', format: 'pem' }).toString(), 'RS256')
    let given = 0
    const installation = async (call: PlatformCall) => {
      const jwt = call.headers.authorization?.slice('Bearer '.length) ?? ''
      const verified = await jwtVerify(jwt, key, { issuer: 'client-1', maxTokenAge: '10m' }).catch(() => undefined)
      if (!verified) return { status: 401, body: {} }
      const expires_at = new Date(Date.now() + 3_600_000).toISOString()
      return { status: 201, body: { token: `ghs-${++given}`, expires_at } }
    }
    const platform = await platformOf({
      '/token': () => ({ status: 200, body: { access_token: 'person' } }),
      '/user/installations/5/repositories': me(bearer('person')),
      '/app/installations/5/access_tokens': installation,
      '/app/installations/6/access_tokens': installation,
      '/installation': call => me(bearer(`ghs-${given}`))(call),
    })
    const pem = pair.privateKey.export({ type: 'pkcs1', format: 'pem' }).toString()
    const own = { fields: { slug: 'our-app', privateKey: pem } }
    const visit = await begin('installed', platform, {}, own)
    expect(visit.url.pathname).toBe('/apps/our-app/installations/new')
    await comeBack('installed', { code: 'c', installation_id: '5', state: visit.query.get('state')! })
    const connection = await shown(visit.id)
    expect(connection).toMatchObject({ status: 'connected', externalAccountId: '5', authKind: 'app_installation' })
    const leftMs = Date.parse(connection.accessTokenExpiresAt as string) - Date.now()
    expect([leftMs > 3_000_000, leftMs < 3_600_001]).toEqual([true, true])
    await endToken(hub, visit.id)
    expect(await tokenOf(workspace, visit.id)).toBe('ghs-2')
    // Another's installation, which anybody can name.
    const forged = await begin('installed', platform, {}, own)
    await comeBack('installed', { code: 'c', installation_id: '6', state: forged.query.get('state')! })
    expect(await attemptError(forged.attemptId)).toBe('OAUTH_FAILED')
    expect(given).toBe(2)
  })

  it('by keys that the platform sends for that attempt alone', async () => {
    const header = `Basic ${Buffer.from('ck_1:cs_1').toString('base64')}`
    const platform = await platformOf({ '/me': me(call => call.headers.authorization === header) })
    const visit = await begin('delivered', platform, { config: { shop: 'acme' } })
    const said = Object.fromEntries(visit.query)
    expect(said).toMatchObject({ app_name: 'Causeway', scope: 'read_write' })
    const state = said.user_id!
    const path = new URL(said.callback_url!).pathname
    const deliver = (body: object, at = path) => app.inject({ method: 'POST', url: at, payload: body })
    const keys = { key_id: 1, user_id: state, consumer_key: 'ck_1', consumer_secret: 'cs_1' }
    const other = await begin('delivered', platform, { config: { shop: 'acme' } })
    const theirs = new URL(other.query.get('callback_url')!).pathname
    for (const [body, at] of [
      [{ ...keys, user_id: 'guessed' }, path],
      [{ user_id: state, consumer_key: 'ck_1' }, path],
      [keys, theirs],
      [keys, '/oauth/delivery/none'],
    ] as const) {
      expect((await deliver(body, at)).statusCode).toBe(400)
    }
    const back = new URL(said.return_url!)
    const person = comeBack('delivered', { ...Object.fromEntries(back.searchParams), success: '1' })
    expect((await deliver(keys)).statusCode).toBe(200)
    expect((await person).body).toContain('is connected')
    // Again, and with others: the first holds.
    expect((await deliver({ ...keys, consumer_secret: 'cs_2' })).statusCode).toBe(200)
    expect(await shown(visit.id)).toMatchObject({
      status: 'connected',
      authKind: 'key_delivery',
      config: { shop: 'acme' },
    })
    expect((await workspace.request('POST', `/v1/connections/${visit.id}/check`)).body.status).toBe('connected')
    const no = { state: new URL(other.query.get('return_url')!).searchParams.get('state')!, success: '0' }
    await comeBack('delivered', no)
    expect(await attemptError(other.attemptId)).toBe('ACCESS_DENIED')
  })

  it('with what a call has told, where it is one, or the one that is named', async () => {
    let list = [{ tenantId: 't-1' }]
    const platform = await platformOf({
      '/token': () => ({ status: 200, body: { access_token: 'at' } }),
      '/connections': () => ({ status: 200, body: list }),
      '/organisation': call => ({ status: 200, body: { name: call.headers['x-tenant'] } }),
    })
    const connect = async (body: object = {}) => {
      const visit = await begin('tenants', platform, body)
      await comeBack('tenants', { code: 'c', state: visit.query.get('state')! })
      return visit
    }
    expect(await shown((await connect()).id)).toMatchObject({ externalAccountId: 't-1', config: { tenantId: 't-1' } })
    list = [{ tenantId: 't-1' }, { tenantId: 't-2' }, { tenantId: 'odd one' }]
    const named = await connect({ config: { tenantId: 't-2' } })
    expect(await shown(named.id)).toMatchObject({ status: 'connected', externalAccountName: 't-2' })
    expect(await attemptError((await connect({ config: { tenantId: 't-3' } })).attemptId)).toBe('ACCOUNT_MISMATCH')
    list = []
    expect(await attemptError((await connect()).attemptId)).toBe('INVALID_CREDENTIALS')
    const odd: AnyBody = (
      await workspace.request('POST', '/v1/connections', { provider: 'tenants', config: { x: '1' } })
    ).body
    expect(odd.error.code).toBe('INVALID_REQUEST')
  })
})
