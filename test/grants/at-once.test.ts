import { generateKeyPairSync } from 'node:crypto'
import { importSPKI, jwtVerify } from 'jose'
import type { AnyBody } from '../support/hub.ts'
import { startPlatform, type PlatformAnswer, type PlatformCall } from '../connections/platform.ts'
import { createMadeHub, endToken, formOf, madeApp, tokenOf, tokens } from './made.ts'

const pair = generateKeyPairSync('rsa', { modulusLength: 2048 })
const pem = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
const curve = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const field = (name: string, more: object = {}) => ({ name, label: name, ...more })

const { hub, workspace } = await createMadeHub({
  'own-client': {
    auth: [
      {
        ...{ kind: 'client_credentials', id: 'client', ...tokens, clientAuth: 'basic', defaultScopes: ['one', 'two'] },
        fields: [field('clientId'), field('clientSecret', { secret: true })],
        tokenParams: { audience: 'https://made.example' },
      },
    ],
  },
  'app-client': {
    auth: [{ kind: 'client_credentials', id: 'client', ...tokens, clientAuth: 'body', tokenBody: 'json' }],
  },
  exchanged: {
    auth: [
      {
        ...{ kind: 'token_exchange', id: 'exchange', ...tokens, clientAuth: 'basic', audience: 'aud-{tenant}' },
        fields: [field('subjectToken', { secret: true })],
        ask: [field('tenant', { pattern: '^[a-z]+$' })],
        subjectTokenType: 'urn:ietf:params:oauth:token-type:id_token',
      },
    ],
  },
  service: {
    auth: [
      {
        ...{ kind: 'jwt_assertion', id: 'account', ...tokens, defaultScopes: ['read', 'write'], scopesIn: 'claim' },
        fields: [field('clientEmail'), field('privateKey', { secret: true })],
        assertion: {
          ...{ algorithm: 'RS256', key: '{privateKey}', life: '1h' },
          claims: { iss: '{clientEmail}', aud: 'https://id.made.example/token' },
        },
      },
    ],
  },
  curved: {
    app: { fields: [field('privateKey', { secret: true, pattern: 'PRIVATE KEY' }), field('keyId')] },
    auth: [
      {
        ...{ kind: 'jwt_assertion', id: 'account', ...tokens, ask: [field('user')] },
        assertion: {
          ...{ algorithm: 'ES256', key: '{privateKey}', keyId: '{keyId}', life: '10m' },
          claims: { iss: '{clientId}', sub: '{user}' },
        },
      },
    ],
  },
  pair: {
    auth: [
      {
        ...{ kind: 'api_key', id: 'pair', label: 'Keys', help: 'Settings' },
        fields: [field('user', { pattern: '^ck_' }), field('password', { secret: true, pattern: '^cs_' })],
        placement: { in: 'basic', user: '{user}', password: '{password}' },
      },
    ],
  },
})
const platform = await startPlatform()
let given = 0
/** What the token endpoint demands of a call: an answer where it is not content. */
let refuse: (call: PlatformCall) => PlatformAnswer | undefined = () => undefined
const refused = (error: string): PlatformAnswer => ({ status: 400, body: { error } })
platform.answerBy(async call => {
  if (call.path === '/token') {
    const refusal = await Promise.resolve(refuse(call))
    return refusal ?? { status: 200, body: { access_token: `at-${++given}`, token_type: 'Bearer', expires_in: 3600 } }
  }
  if (call.path !== '/me') return { status: 404 }
  const good = call.headers.authorization === `Bearer at-${given}` || call.headers.authorization === basic
  return good ? { status: 200, body: { id: 7, name: 'Seven' } } : { status: 401, body: {} }
})
const basic = `Basic ${Buffer.from('ck_1:cs_2').toString('base64')}`
const asked = () => platform.calls.filter(({ path }) => path === '/token')

async function connect(provider: string, body: Record<string, unknown>, app: Record<string, unknown> = {}) {
  platform.calls.length = 0
  const providerAppId = await madeApp(hub, workspace, platform, provider, app)
  const answer = await workspace.request<AnyBody>(
    ...(['POST', '/v1/connections', { provider, providerAppId, ...body }] as const),
  )
  return {
    status: answer.status,
    body: answer.body,
    id: (answer.body.connection as { id?: string } | undefined)?.id ?? '',
  }
}

/** A token that has ended is replaced by asking again. */
async function isGotAgain(id: string): Promise<void> {
  const before = given
  expect(await tokenOf(workspace, id)).toBe(`at-${before}`)
  await endToken(hub, id)
  expect(await tokenOf(workspace, id)).toBe(`at-${before + 1}`)
}

describe('a credential that no person is asked for', () => {
  it('is got by the connection’s own client, and got again', async () => {
    const header = `Basic ${Buffer.from('mine:hush').toString('base64')}`
    refuse = call =>
      call.headers.authorization === header ? undefined : { status: 401, body: { error: 'invalid_client' } }
    const made = await connect('own-client', { credentials: { clientId: 'mine', clientSecret: 'hush' } })
    expect(made).toMatchObject({ status: 201, body: { connection: { status: 'connected', method: 'client' } } })
    expect(formOf(asked()[0]!)).toEqual({
      ...{ grant_type: 'client_credentials', scope: 'one two', audience: 'https://made.example' },
    })
    await isGotAgain(made.id)
    const wrong = await connect('own-client', { credentials: { clientId: 'mine', clientSecret: 'wrong' } })
    expect(wrong).toMatchObject({ status: 400, body: { error: { code: 'INVALID_CREDENTIALS' } } })
    // The client is the connection's: when it is refused there is no app to correct, but a person to ask.
    refuse = () => refused('invalid_client')
    await endToken(hub, made.id)
    expect((await workspace.request('GET', `/v1/connections/${made.id}/token`)).body.error.code).toBe('TOKEN_EXPIRED')
    refuse = () => undefined
    const again = { credentials: { clientId: 'mine', clientSecret: 'new' } }
    expect((await workspace.request('POST', `/v1/connections/${made.id}/reconnect`, again)).status).toBe(201)
  })

  it('is got by the app’s client, in JSON', async () => {
    refuse = () => undefined
    const made = await connect('app-client', {})
    expect(made.status).toBe(201)
    expect(JSON.parse(asked()[0]!.body)).toEqual({
      ...{ client_id: 'client-1', client_secret: 'client-secret', grant_type: 'client_credentials' },
    })
    await isGotAgain(made.id)
  })

  it('is exchanged for a token from elsewhere', async () => {
    refuse = call => (formOf(call).subject_token === 'theirs' ? undefined : refused('invalid_grant'))
    const made = await connect('exchanged', { credentials: { subjectToken: 'theirs' }, config: { tenant: 'acme' } })
    expect(made.status).toBe(201)
    expect(formOf(asked()[0]!)).toEqual({
      ...{ subject_token: 'theirs', subject_token_type: 'urn:ietf:params:oauth:token-type:id_token' },
      ...{ audience: 'aud-acme', grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange' },
    })
    await isGotAgain(made.id)
    const other = await connect('exchanged', { credentials: { subjectToken: 'x' }, config: { tenant: 'acme' } })
    expect(other.body.error).toMatchObject({ code: 'INVALID_CREDENTIALS' })
    for (const config of [{}, { tenant: 'ACME' }, { tenant: 'acme', more: 'x' }]) {
      const bad = await connect('exchanged', { credentials: { subjectToken: 'theirs' }, config })
      expect(bad.body.error).toMatchObject({ code: 'INVALID_REQUEST' })
    }
  })

  it('is got for an assertion that the connection’s key has signed', async () => {
    const key = await importSPKI(pair.publicKey.export({ type: 'spki', format: 'pem' }).toString(), 'RS256')
    const seen: unknown[] = []
    platform.answerBy(async call => {
      if (call.path === '/me') return { status: 200, body: { id: 7, name: 'Seven' } }
      const { assertion = '', grant_type: type } = formOf(call)
      expect(type).toBe('urn:ietf:params:oauth:grant-type:jwt-bearer')
      const wanted = { issuer: 'robot@made.example', audience: 'https://id.made.example/token' }
      const verified = await jwtVerify(assertion, key, { ...wanted, maxTokenAge: '1h' }).catch(() => undefined)
      if (!verified) return refused('invalid_grant')
      seen.push(verified.payload.scope)
      return { status: 200, body: { access_token: `at-${++given}`, expires_in: 3600 } }
    })
    const credentials = { clientEmail: 'robot@made.example', privateKey: pem }
    const made = await connect('service', { credentials })
    expect([made.status, seen]).toEqual([201, ['read write']])
    // As a file of JSON has it.
    const flat = await connect('service', { credentials: { ...credentials, privateKey: pem.replaceAll('\n', '\\n') } })
    expect(flat.status).toBe(201)
    await isGotAgain(flat.id)
    for (const privateKey of ['no key', curve.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()]) {
      const bad = await connect('service', { credentials: { ...credentials, privateKey } })
      expect(bad.body.error).toMatchObject({ code: 'INVALID_CREDENTIALS' })
    }
  })

  it('is got for an assertion that the app’s key has signed, which nobody is shown', async () => {
    const key = await importSPKI(curve.publicKey.export({ type: 'spki', format: 'pem' }).toString(), 'ES256')
    platform.answerBy(async call => {
      if (call.path === '/me') return { status: 200, body: { id: 7, name: 'Seven' } }
      const { protectedHeader, payload } = await jwtVerify(formOf(call).assertion!, key)
      expect([protectedHeader.kid, payload.iss, payload.sub]).toEqual(['k1', 'client-1', 'u-1'])
      return { status: 200, body: { access_token: `at-${++given}`, expires_in: 3600 } }
    })
    const own = curve.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    const app = { fields: { privateKey: own, keyId: 'k1' } }
    const made = await connect('curved', { config: { user: 'u-1' } }, app)
    expect(made.status).toBe(201)
    await isGotAgain(made.id)
    const { body } = await workspace.request('GET', '/v1/provider-apps?provider=curved')
    expect(body.data[0]).toMatchObject({ fields: { keyId: 'k1' }, secretFields: ['privateKey'] })
    expect(JSON.stringify(body)).not.toContain('PRIVATE')
    const { rows } = await hub.pool.query<{ text: string }>('select row_to_json(a)::text as text from provider_apps a')
    expect(rows.map(row => row.text).join('')).not.toContain('PRIVATE')
    const id = body.data[0]!.id as string
    const change = (fields: object, more: object = {}) =>
      workspace.request('PATCH', `/v1/provider-apps/${id}`, { fields, ...more })
    expect((await change({ privateKey: 'odd' })).body.error.code).toBe('INVALID_REQUEST')
    expect((await change({ other: 'x' })).body.error.code).toBe('INVALID_REQUEST')
    expect((await change({ keyId: null })).body).toMatchObject({ fields: {}, secretFields: ['privateKey'] })
    expect((await change({ privateKey: null })).body).toMatchObject({ secretFields: [] })
  })

  it('is a key of several parts, each of its pattern', async () => {
    platform.answerBy(call =>
      call.headers.authorization === basic
        ? { status: 200, body: { id: 7, name: 'Seven' } }
        : { status: 401, body: {} },
    )
    const codes = []
    for (const credentials of [
      { user: 'ck_1', password: 'cs_2' },
      { user: 'ck_1', password: 'cs_3' },
      { user: 'odd', password: 'cs_2' },
      { user: 'ck_1' },
      { apiKey: 'ck_1' },
    ]) {
      const { status, body } = await connect('pair', { credentials })
      codes.push([status, (body.error as { code?: string } | undefined)?.code])
    }
    expect(codes).toEqual([
      [201, undefined],
      [400, 'INVALID_CREDENTIALS'],
      [400, 'INVALID_CREDENTIALS'],
      [400, 'INVALID_REQUEST'],
      [400, 'INVALID_REQUEST'],
    ])
  })
})
