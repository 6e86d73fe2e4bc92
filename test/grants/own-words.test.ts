import { createHmac } from 'node:crypto'
import type { Placement } from '../../src/catalogue/schema/calls.ts'
import type { ApiKey } from '../../src/catalogue/schema/auth-key.ts'
import { oauth2, type OAuth2 } from '../../src/catalogue/schema/auth-code.ts'
import { TokenError } from '../../src/grants/answers/token-error.ts'
import type { GrantCall, Secret } from '../../src/grants/grant.ts'
import { wayOf } from '../../src/grants/ways.ts'
import { createOutgoing } from '../../src/outgoing/agent.ts'
import { startPlatform, type PlatformAnswer, type PlatformCall } from '../connections/platform.ts'
import { formOf, queryOf } from './made.ts'

const outgoing = createOutgoing({ allowedPrivateNetworks: ['127.0.0.0/8'], proxy: undefined })
afterAll(() => outgoing.close())
const platform = await startPlatform()
let answers: Record<string, (call: PlatformCall) => PlatformAnswer | undefined> = {}
platform.answerBy(call => answers[call.path.split('?')[0]!]?.(call) ?? { status: 404 })
beforeEach(() => {
  platform.calls.length = 0
  answers = {}
})

/** A secret with all that forms, headers and addresses write in another way. */
const odd = 'a:b+c/d%20 é&=?'
const call: GrantCall = {
  outgoing,
  definition: { name: 'Made' },
  app: { clientId: 'id', clientSecret: odd, baseUrls: { 'https://id.made.example': platform.url } },
  config: { account: '42' },
  scopes: [],
  limits: { timeoutMs: 5_000 },
}
const method = (about: Partial<OAuth2>): OAuth2 =>
  oauth2.parse({
    ...{ kind: 'oauth2', id: 'oauth', clientAuth: 'body', defaultScopes: [], lifetime: {}, deadGrant: ['190'] },
    ...{ authorize: 'https://id.made.example/authorize', token: 'https://id.made.example/token', ...about },
  })
const ok = (body: unknown) => (): PlatformAnswer => ({ status: 200, body })
const exchange = (about: Partial<OAuth2>) =>
  wayOf(method(about)).obtain(call, { code: 'c', redirectUri: 'https://hub/cb' })
const failureOf = async (work: Promise<unknown>) => {
  const error: unknown = await work.catch((caught: unknown) => caught)
  return error instanceof TokenError ? error.failure : error
}

describe('a code and a client by a platform’s own names', () => {
  it('are said to the token endpoint by them', async () => {
    answers['/token'] = ok({ code: 0, data: { access_token: 'at' } })
    const names = { clientIdParam: 'app_id', clientSecretParam: 'secret', codeParam: 'auth_code' }
    const answer = { accessToken: 'data.access_token', error: 'code' }
    expect((await exchange({ ...names, answer, tokenBody: 'json' })).accessToken).toBe('at')
    expect(JSON.parse(platform.calls[0]!.body)).toEqual({
      ...{
        app_id: 'id',
        secret: odd,
        auth_code: 'c',
        redirect_uri: 'https://hub/cb',
        grant_type: 'authorization_code',
      },
    })
  })
})

describe('an answer of several shapes', () => {
  const answer = {
    accessToken: ['access_token', 'data.0.access_token'],
    scope: ['permissions', 'data.0.permissions'],
  }
  it.each([
    [{ access_token: 'at', permissions: 'one,two' }],
    [{ data: [{ access_token: 'at', permissions: ['one', 'two'] }] }],
    [{ access_token: '', permissions: null, data: [{ access_token: 'at', permissions: 'one two' }] }],
  ])('is read at the first place where something is: %j', async body => {
    answers['/token'] = ok(body)
    expect(await exchange({ answer })).toMatchObject({ accessToken: 'at', scopes: ['one', 'two'] })
  })

  it('without a token anywhere gives none', async () => {
    answers['/token'] = ok({ data: [] })
    expect(await failureOf(exchange({ answer }))).toBe('down')
  })
})

describe('a code that alone means several things', () => {
  const deadGrant = [{ code: 'invalid_request', says: 'token was invalid' }]
  it.each([
    [{ error: 'invalid_request', error_description: 'Value passed for the Token was invalid.' }, 'dead_grant'],
    [{ error: 'invalid_request', error_description: 'Missing required parameter [refresh_token].' }, 'refused'],
    [{ error: 'invalid_request' }, 'refused'],
    [{ error: { code: 'invalid_request', message: 'the token was invalid' } }, 'dead_grant'],
    [{ error: 'other', error_description: 'token was invalid' }, 'refused'],
    [{ error: 'invalid_request', error_description: ['token was invalid'] }, 'refused'],
  ])('is told by the words beside it: %j', async (body, failure) => {
    answers['/token'] = () => ({ status: 400, body })
    const renewed = wayOf(method({ deadGrant })).renew(call, { accessToken: 'at', refreshToken: 'rt' })
    expect(await failureOf(renewed)).toBe(failure)
  })
})

describe('scopes that another call tells', () => {
  const grantedScopes = {
    ...{ url: 'https://id.made.example/permissions', query: { limit: 500 }, scopes: 'data[]', scope: 'permission' },
    where: { path: 'status', equals: 'granted' },
  }
  const listed = [
    { permission: 'email', status: 'granted' },
    { permission: 'pages', status: 'declined' },
    { permission: 7, status: 'granted' },
    { permission: 'with space', status: 'granted' },
    null,
  ]
  it('are those that the person has granted', async () => {
    answers['/token'] = ok({ access_token: 'at' })
    answers['/permissions'] = asked =>
      asked.headers.authorization === 'Bearer at' ? { status: 200, body: { data: listed } } : { status: 401 }
    expect((await exchange({ grantedScopes })).scopes).toEqual(['email', '7'])
    expect(queryOf(platform.calls[1]!)).toEqual({ limit: '500' })
  })

  it('are asked for with the token where that call wants it', async () => {
    answers['/token'] = ok({ access_token: 'at' })
    answers['/permissions'] = () => ({ status: 200, body: { data: listed } })
    const placement: Placement = [
      { in: 'query', name: 'token' },
      { in: 'query-hmac', name: 'proof', key: '{clientSecret}' },
    ]
    await exchange({ grantedScopes: { ...grantedScopes, placement } })
    const proof = createHmac('sha256', odd).update('at').digest('hex')
    expect(queryOf(platform.calls[1]!)).toEqual({ limit: '500', token: 'at', proof })
    expect(platform.calls[1]!.headers.authorization).toBeUndefined()
  })

  it.each([
    [{ status: 500 }],
    [{ status: 200, text: '<html>' }],
    [{ status: 200, body: { data: 'all' } }],
    [{ status: 302, headers: { location: 'https://elsewhere.example' } }],
  ])('are as the answer says when it does not: %j', async answer => {
    answers['/token'] = ok({ access_token: 'at', scope: 'email' })
    answers['/permissions'] = () => answer
    expect(await exchange({ grantedScopes })).toMatchObject({ accessToken: 'at', scopes: ['email'] })
  })
})

describe('a grant that is ended by a platform’s own call', () => {
  const kept: Secret = { accessToken: 'at' }
  const end = (
    about: Partial<Extract<OAuth2['revoke'], { kind: 'call' }>>,
    secret = kept,
    more: Partial<OAuth2> = {},
  ) =>
    wayOf(
      method({
        ...more,
        revoke: { kind: 'call', method: 'POST', as: 'nobody', url: 'https://id.made.example/end', ...about },
      }),
    ).end(call, secret)

  it('by the token, where calls carry it', async () => {
    answers['/end'] = ok({ success: true })
    const placement = { in: 'query', name: 'token' } as const
    expect(await end({ as: 'token', method: 'DELETE' }, kept, { placement })).toBe(true)
    expect(platform.calls[0]).toMatchObject({ method: 'DELETE', path: '/end?token=at', body: '' })
    expect(await end({ as: 'token', method: 'DELETE' })).toBe(true)
    expect(platform.calls[1]!.headers.authorization).toBe('Bearer at')
    await end({ as: 'token', placement: { in: 'header', name: 'x-token' } }, kept, { placement })
    expect(platform.calls[2]).toMatchObject({ path: '/end', headers: { 'x-token': 'at' } })
  })

  it('by the client, with what the platform wants to know', async () => {
    answers['/end'] = ok({})
    const params = { token: '{accessToken}', refresh: '{refreshToken}', account: '{account}' }
    expect(await end({ as: 'client', body: 'form', params }, kept, { clientIdParam: 'client_key' })).toBe(true)
    expect(formOf(platform.calls[0]!)).toEqual({ token: 'at', account: '42', client_key: 'id', client_secret: odd })
    await end({ body: 'json', params: { app: '{clientId}', secret: '{clientSecret}', refresh: '{refreshToken}' } })
    expect(JSON.parse(platform.calls[1]!.body)).toEqual({ app: 'id', secret: odd })
    await end({ as: 'client', method: 'GET', params: { token: '{accessToken}' } }, kept, { clientAuth: 'basic' })
    expect(queryOf(platform.calls[2]!)).toEqual({ token: 'at' })
    expect(platform.calls[2]!.headers.authorization).toMatch(/^Basic /)
  })

  it('counts as ended where it is gone already, and not where the platform is away', async () => {
    answers['/end'] = () => ({ status: 400, body: { error: { code: 190, message: 'gone' } } })
    expect(await end({ as: 'token' })).toBe(true)
    answers['/end'] = () => ({ status: 401, body: {} })
    expect(await end({ as: 'token' })).toBe(true)
    answers['/end'] = () => ({ status: 502, text: '<html>' })
    expect(await failureOf(end({ as: 'token' }))).toBe('down')
    answers['/end'] = ok({ success: false, error: { code: 4 } })
    expect(await failureOf(end({ as: 'token' }))).toBe('refused')
  })

  it('is asked for with a new token where the kept one has run out', async () => {
    answers['/token'] = asked => ({ status: 200, body: { access_token: `new-${formOf(asked).refresh_token}` } })
    answers['/end'] = asked => ({ status: asked.headers.authorization === 'Bearer new-rt' ? 200 : 401, body: {} })
    expect(await end({ as: 'token' }, { accessToken: 'old', refreshToken: 'rt' })).toBe(true)
    expect(platform.calls.map(({ path }) => path)).toEqual(['/end', '/token', '/end'])
    answers['/token'] = () => ({ status: 400, body: { error: 'invalid_grant' } })
    expect(await end({ as: 'token' }, { accessToken: 'old', refreshToken: 'rt' })).toBe(true)
    answers['/token'] = () => ({ status: 503 })
    const params = { token: '{accessToken}' }
    expect(await failureOf(end({ as: 'token' }, { accessToken: 'old', refreshToken: 'rt' }))).toBe('down')
    answers['/token'] = ok({ access_token: 'new' })
    answers['/end'] = asked =>
      formOf(asked).token === 'new' ? { status: 200 } : { status: 400, body: { error: 'invalid_token' } }
    expect(await end({ as: 'client', body: 'form', params }, { accessToken: 'old', refreshToken: 'rt' })).toBe(true)
    expect(formOf(platform.calls.at(-1)!).token).toBe('new')
  })
})

describe('a token that is to be exchanged for one that lives longer', () => {
  it('is taken to live an hour at most while that does not work', async () => {
    answers['/token'] = ok({ access_token: 'short' })
    answers['/longer'] = () => ({ status: 503 })
    const url = 'https://id.made.example/longer'
    const upgrade = { url, method: 'GET', grant: 'longer', param: 'token', tells: [] } as const
    const won = await exchange({ upgrade: { ...upgrade, tells: [] }, lifetime: { access: '60d' } })
    expect(won).toMatchObject({ accessToken: 'short', expiresInMs: 3_600_000 })
  })
})

describe('parts of a key', () => {
  const key = (pattern: string): ApiKey => ({
    ...{ kind: 'api_key', id: 'key', label: 'Key', help: 'Settings', placement: { in: 'bearer' } },
    capture: { centre: pattern },
  })
  const given = (pattern: string, apiKey: string) => wayOf(key(pattern)).obtain(call, { fields: { apiKey } })

  it('are kept in the open, but never all of it', async () => {
    expect(await given('-([a-z]{2}[0-9]{1,3})$', 'abc-us21')).toMatchObject({
      ...{ accessToken: 'abc-us21', captured: { centre: 'us21' } },
    })
    for (const [pattern, text] of [
      ['-([a-z]+)$', 'abc'],
      ['^(.*)$', 'abc'],
      ['(x?)', 'abc'],
    ] as const)
      await expect(given(pattern, text)).rejects.toMatchObject({ code: 'INVALID_CREDENTIALS' })
  })
})

describe('the end of a token', () => {
  const introspection = { url: 'https://{instance}/introspect', expiresAt: 'exp' }
  const about: Partial<OAuth2> = {
    introspection,
    captureFromToken: { instance: 'instance_url' },
    lifetime: { access: '2h' },
  }
  const told = { access_token: 'at', refresh_token: 'rt', instance_url: 'https://i1.made.example' }
  const given = { code: 'c', redirectUri: 'https://hub/cb' }
  const at: GrantCall = {
    ...call,
    definition: { name: 'Made', hostPatterns: { instance: '^i1\\.made\\.example$' } },
    app: { ...call.app, baseUrls: { ...call.app.baseUrls, 'https://{instance}': platform.url } },
  }
  const inHalfAnHour = () => Math.floor(Date.now() / 1_000) + 1_800

  it('is asked for at the host that the token came with, at each exchange and refresh', async () => {
    answers['/token'] = ok(told)
    answers['/introspect'] = () => ({ status: 200, body: { active: true, exp: inHalfAnHour() } })
    const way = wayOf(method(about))
    const first = await way.obtain(at, given)
    const next = await way.renew(at, { accessToken: 'at', refreshToken: 'rt' })
    for (const { expiresInMs } of [first, next]) {
      expect(expiresInMs).toBeGreaterThan(1_700_000)
      expect(expiresInMs).toBeLessThanOrEqual(1_800_000)
    }
    const asked = platform.calls.filter(({ path }) => path === '/introspect')
    const said = { token: 'at', token_type_hint: 'access_token', client_id: 'id', client_secret: odd }
    expect(asked.map(formOf)).toEqual([said, said])
  })

  it.each<[string, PlatformAnswer]>([
    ['an outage', { status: 503, text: '<html>' }],
    ['nothing about it', { status: 200, body: { active: true } }],
    ['a token that is over', { status: 200, body: { active: false } }],
    ['an end that has passed', { status: 200, body: { exp: 1_700_000_000 } }],
    ['something else', { status: 200, text: '[]' }],
  ])('is the declared one after %s: the token is kept', async (_what, answer) => {
    answers['/token'] = ok(told)
    answers['/introspect'] = () => answer
    expect(await wayOf(method(about)).obtain(at, given)).toMatchObject({ accessToken: 'at', expiresInMs: undefined })
  })

  it('is not asked for where the token says it, nor at a host of somebody else', async () => {
    answers['/token'] = ok({ ...told, expires_in: 60 })
    expect(await wayOf(method(about)).obtain(at, given)).toMatchObject({ expiresInMs: 60_000 })
    answers['/token'] = ok({ ...told, instance_url: 'https://evil.example' })
    expect(await wayOf(method(about)).obtain(at, given)).toMatchObject({ accessToken: 'at', expiresInMs: undefined })
    expect(platform.calls.map(({ path }) => path)).toEqual(['/token', '/token'])
  })
})
