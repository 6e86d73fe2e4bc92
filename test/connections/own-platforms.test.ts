import { connectionSettings } from '../../src/connections/policy.ts'
import { createTestHub, createTestServer, createWorkspace } from '../support/hub.ts'
import { startTestWorkers } from '../support/workers.ts'
import { eventually } from './accounts.ts'
import { startPlatform } from './platform.ts'

const hub = await createTestHub({ connectionSettings: { ...connectionSettings, callbackWaitMs: 30_000 } })
const app = await createTestServer(hub)
const home = await app.listen({ host: '127.0.0.1', port: 0 })
await startTestWorkers(hub, ['workflows', 'connections'])
const workspace = await createWorkspace(hub, { redirectOrigins: [] })
const stranger = await createWorkspace(hub)

/** As a customer would write it. */
const acme = {
  id: 'acme',
  name: 'Acme',
  docs: 'https://acme.example/docs',
  environments: { production: { api: 'https://{region}.api.acme.example' } },
  hostPatterns: { region: '^(eu|us)$' },
  auth: [
    {
      ...{ kind: 'oauth2', id: 'oauth', clientAuth: 'basic', defaultScopes: ['things'] },
      authorize: 'https://id.acme.example/authorize',
      token: 'https://id.acme.example/token',
      revoke: { kind: 'rfc7009', url: 'https://id.acme.example/revoke' },
      ask: [{ name: 'region', label: 'Region', help: 'The first part of your address', pattern: '^(eu|us)$' }],
      ...{ lifetime: { access: '1h' }, rotation: { reuseGrace: '1m' }, deadGrant: ['invalid_grant'] },
    },
    { kind: 'api_key', id: 'key', label: 'Key', help: 'Settings, keys', placement: { in: 'bearer' } },
  ],
  scopes: { things: 'Read your things' },
  identity: { get: '/me', id: 'id', name: 'name' },
}
const post = (definition: unknown, by = workspace) => by.request('POST', '/v1/providers', definition)

/** Plays Acme as it says of itself: one code and one refresh token are good for one token each. */
async function startAcme() {
  const platform = await startPlatform()
  const [spent, ended] = [new Set<string>(), new Set<string>()]
  let turn = 0
  platform.answerBy(call => {
    const form = Object.fromEntries(new URLSearchParams(call.body))
    const client = call.headers.authorization === `Basic ${Buffer.from('client-1:client-secret').toString('base64')}`
    if (call.path.endsWith('/token')) {
      const given = form.code ?? form.refresh_token ?? ''
      if (!client) return { status: 401, body: { error: 'invalid_client' } }
      if (spent.has(given) || ended.has(given) || (form.code && !form.code_verifier))
        return { status: 400, body: { error: 'invalid_grant' } }
      spent.add(given)
      turn++
      const tokens = { access_token: `at-${turn}`, refresh_token: `rt-${turn}`, token_type: 'bearer', expires_in: 3600 }
      return { status: 200, body: tokens }
    }
    if (call.path.endsWith('/revoke')) {
      ended.add(form.token ?? '')
      return { status: client ? 200 : 401, body: {} }
    }
    const good = call.headers.authorization === `Bearer at-${turn}`
    return good ? { status: 200, body: { id: 'a-7', name: 'Seven', at: call.path } } : { status: 401, body: {} }
  })
  return { ...platform, ended }
}

describe('a platform that a workspace has of its own', () => {
  it('is posted, connected, refreshed, checked, changed and disconnected by the API alone', async () => {
    const platform = await startAcme()
    const posted = await post(acme)
    expect([posted.status, posted.body]).toMatchObject([201, { id: 'acme', own: true, auth: [{ id: 'oauth' }, {}] }])
    expect((await workspace.request('GET', '/v1/providers/acme/definition')).body).toEqual(acme)
    expect((await stranger.request('GET', '/v1/providers/acme')).status).toBe(404)
    const baseUrls = Object.fromEntries(
      ['https://id.acme.example', 'https://{region}.api.acme.example'].map(origin => [
        origin,
        `${platform.url}/{host}`,
      ]),
    )
    const client = { clientId: 'client-1', clientSecret: 'client-secret' }
    const made = await workspace.request('POST', '/v1/provider-apps', {
      ...{ provider: 'acme', name: 'Ours', ...client, baseUrls },
    })
    expect(made.status).toBe(201)
    const providerAppId = made.body.id
    const create = { provider: 'acme', method: 'oauth', providerAppId }
    const unasked = await workspace.request('POST', '/v1/connections', {
      ...create,
      config: { region: 'evil.example/' },
    })
    expect(unasked.body.error.details).toMatchObject([{ path: 'body.config.region' }])
    const begun = await workspace.request('POST', '/v1/connections', { ...create, config: { region: 'eu' } })
    expect(begun.status).toBe(201)
    const { id } = begun.body.connection as { id: string }
    const query = new URL(begun.body.authorizationUrl as string).searchParams
    expect([query.get('scope'), query.get('code_challenge_method')]).toEqual(['things', 'S256'])
    const back = await app.inject({ url: `/oauth/callback/acme?code=c-1&state=${query.get('state')}` })
    expect(back.body).toContain('Acme is connected')
    const shown = async () => (await workspace.request('GET', `/v1/connections/${id}`)).body
    expect(await shown()).toMatchObject({ status: 'connected', externalAccountId: 'a-7', externalAccountName: 'Seven' })
    expect((await workspace.request('POST', `/v1/connections/${id}/refresh`)).body.outcome).toBe('refreshed')
    expect((await workspace.request('POST', `/v1/connections/${id}/check`)).body.status).toBe('connected')
    expect(platform.calls.at(-1)?.path).toBe('/eu.api.acme.example/me')
    // Through the proxy, which streams: over a socket.
    const called = await fetch(`${home}/v1/connections/${id}/proxy/things/7?full=1`, {
      headers: { authorization: `Bearer ${workspace.apiKey}` },
    })
    const { at } = (await called.json()) as { at: string }
    expect([called.status, at]).toEqual([200, expect.stringMatching(/^\/eu\.api\.acme\.example\/things\/7/)])

    // While it is connected its credentials go nowhere else, and it stays.
    const elsewhere = structuredClone(acme)
    elsewhere.environments.production.api = 'https://evil.example'
    const loose = { ...acme, hostPatterns: { region: '^.*$' } }
    const fewer = { ...acme, auth: [{ ...acme.auth[0], id: 'another' }, acme.auth[1]] }
    for (const [changed, path] of [
      [elsewhere, 'body.environments.production.api'],
      [loose, 'body.hostPatterns.region'],
      [fewer, 'body.auth'],
    ] as const) {
      const { status, body } = await workspace.request('PUT', '/v1/providers/acme', changed)
      expect([status, (body.error as unknown as { details: { path: string }[] }).details.map(one => one.path)]).toEqual(
        [409, expect.arrayContaining([path])],
      )
    }
    expect((await workspace.request('DELETE', '/v1/providers/acme')).status).toBe(409)
    const renamed = { ...acme, name: 'Acme & Sons', identity: { get: '/v2/me', id: 'id', name: 'name' } }
    expect((await workspace.request('PUT', '/v1/providers/acme', renamed)).body.name).toBe('Acme & Sons')
    expect((await workspace.request('POST', `/v1/connections/${id}/check`)).body.status).toBe('connected')
    expect(platform.calls.at(-1)?.path).toBe('/eu.api.acme.example/v2/me')

    expect((await workspace.request('DELETE', `/v1/connections/${id}`)).status).toBe(202)
    await eventually('it is disconnected', async () => (await shown()).status === 'disconnected')
    expect(platform.ended.size).toBe(1)
    expect((await workspace.request('DELETE', '/v1/providers/acme')).body.error.message).toContain('provider apps')
    expect((await workspace.request('DELETE', `/v1/provider-apps/${providerAppId}`)).status).toBe(204)
    expect((await workspace.request('DELETE', '/v1/providers/acme')).status).toBe(204)
    expect((await workspace.request('DELETE', '/v1/providers/acme')).status).toBe(404)
    const gone = await workspace.request('POST', '/v1/connections', { provider: 'acme', credentials: { apiKey: 'k' } })
    expect(gone.body.error.code).toBe('INVALID_PROVIDER')
    const trail = (await workspace.request('GET', '/v1/audit-log?subjectId=acme')).body as unknown as {
      data: { action: string }[]
    }
    expect(trail.data.map(({ action }) => action).toSorted()).toEqual([
      'provider.created',
      'provider.deleted',
      'provider.updated',
    ])
  })

  it('is refused with the place and the reason where it is hostile, and nothing of it stays', async () => {
    const [oauth, key] = acme.auth
    const auth = (change: object) => ({ ...acme, auth: [{ ...oauth, ...change }, key] })
    const hostile: [unknown, string, string | RegExp][] = [
      [
        { ...acme, environments: { production: { api: 'https://169.254.169.254' } } },
        'environments.production.api',
        /private/,
      ],
      [auth({ token: 'https://10.0.0.8/token' }), 'auth.0.token', /private/],
      [auth({ token: 'https://[::ffff:10.0.0.8]/token' }), 'auth.0.token', /private/],
      [auth({ token: 'http://id.acme.example/token' }), 'auth.0.token', /https/],
      [auth({ token: 'https://user:pw@id.acme.example/token' }), 'auth.0.token', /https/],
      [auth({ kind: 'telepathy' }), 'auth.0.kind', /./],
      [auth({ script: 'fetch("https://evil.example")' }), 'auth.0.script', /not known/],
      [{ ...acme, hostPatterns: { region: `^${'(a|b)'.repeat(80)}$` } }, 'hostPatterns.region', /./],
      [{ ...acme, hostPatterns: { region: '^(a{90}){90}$' } }, 'hostPatterns.region', /./],
      [{ ...acme, hostPatterns: { region: '^(?=a)a$' } }, 'hostPatterns.region', /look-around/],
      [{ ...acme, hostPatterns: { region: 'eu' } }, 'hostPatterns.region', /begin with/],
      [{ ...acme, hostPatterns: {} }, 'environments.production.api', /no pattern/],
      [{ ...acme, id: 'github' }, 'id', /catalogue/],
      [{ ...acme, id: '../github' }, 'id', /./],
      [auth({ defaultScopes: ['unheard-of'] }), 'auth.0.defaultScopes', /not explained/],
      [{ ...acme, name: 'x'.repeat(300_000) }, '', /at most/],
      [{}, 'id', /./],
    ]
    for (const [written, path, reason] of hostile) {
      const { status, body } = await post(written)
      const { code, details } = body.error as unknown as { code: string; details: { path: string; message: string }[] }
      const at = path === '' ? 'body' : `body.${path}`
      expect([at, status, code]).toEqual([at, 400, 'INVALID_REQUEST'])
      expect(details.find(one => one.path === at)?.message).toMatch(reason)
    }
    const list = (await workspace.request('GET', '/v1/providers')).body as unknown as { data: { own: boolean }[] }
    expect(list.data.filter(({ own }) => own)).toEqual([])
    expect((await post([])).status).toBe(400)
  })

  it('is one of fifty at most, known by an id that only this workspace uses for it', async () => {
    const made = await Promise.all(Array.from({ length: 52 }, (_, at) => post({ ...acme, id: `own-${at}` })))
    expect(made.filter(({ status }) => status === 201)).toHaveLength(50)
    expect(made.filter(({ status }) => status === 409)).toHaveLength(2)
    const [kept] = made.flatMap(({ status, body }) => (status === 201 ? [body.id] : []))
    expect((await post({ ...acme, id: kept }, stranger)).status).toBe(201)
    expect((await stranger.request('PUT', `/v1/providers/${kept}`, { ...acme, id: 'other' })).body.error.code).toBe(
      'INVALID_REQUEST',
    )
    expect((await stranger.request('PUT', `/v1/providers/${kept}`, { ...acme, id: kept, name: 'Theirs' })).status).toBe(
      200,
    )
    expect((await workspace.request('GET', `/v1/providers/${kept}`)).body.name).toBe('Acme')
    for (const id of ['github', 'own-none']) {
      expect((await workspace.request('PUT', `/v1/providers/${id}`, { ...acme, id })).status).toBe(404)
      expect((await workspace.request('DELETE', `/v1/providers/${id}`)).status).toBe(404)
    }
  })
})
