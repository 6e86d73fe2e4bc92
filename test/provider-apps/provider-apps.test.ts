import { setTimeout as sleep } from 'node:timers/promises'
import { holdApp } from '../../src/provider-apps/hold.ts'
import { appCredentials, appSettings, findProviderApp } from '../../src/provider-apps/store.ts'
import { webhookApp } from '../../src/provider-apps/webhook-app.ts'
import { createTestHub, createWorkspace } from '../support/hub.ts'

const hub = await createTestHub({
  environment: {
    QUICKBOOKS_CLIENT_ID: 'env-id',
    QUICKBOOKS_CLIENT_SECRET: 'env-secret',
    GITHUB_WEBHOOK_SECRET: 'hook',
  },
})
const mine = await createWorkspace(hub)
const other = await createWorkspace(hub)
const { workspaceId } = mine

const app = {
  provider: 'github',
  name: 'Our app',
  clientId: 'Iv1.abc',
  clientSecret: 'canary-client',
  webhookSecret: 'canary-webhook',
  scopes: ['repo'],
  baseUrls: { 'https://api.github.com': 'http://127.0.0.1:9999/api/v3/' },
}

describe('a provider app', () => {
  it('is kept with its secrets sealed, which no answer shows', async () => {
    const made = await mine.request('POST', '/v1/provider-apps', app)
    expect(made.status).toBe(201)
    expect(made.body).toMatchObject({
      provider: 'github',
      clientId: 'Iv1.abc',
      hasClientSecret: true,
      hasWebhookSecret: true,
      baseUrls: { 'https://api.github.com': 'http://127.0.0.1:9999/api/v3' },
      callbackUrl: 'http://127.0.0.1:8080/oauth/callback/github',
      webhookUrl: `http://127.0.0.1:8080/webhooks/github/${made.body.id}`,
    })
    const got = await mine.request('GET', `/v1/provider-apps/${made.body.id}`)
    const list = await mine.request('GET', '/v1/provider-apps?provider=github')
    const audit = await mine.request('GET', '/v1/audit-log')
    expect(list.body.data).toEqual([got.body])
    expect((await mine.request('GET', '/v1/provider-apps?provider=stripe')).body.data).toEqual([])
    expect(JSON.stringify([made.body, got.body, list.body, audit.body])).not.toContain('canary')
    const { rows } = await hub.pool.query<{ dump: string }>(
      `select coalesce(json_agg(c)::text, '') || (select json_agg(p)::text from provider_apps p) as dump from credentials c`,
    )
    expect(rows[0]!.dump).not.toContain('canary')
  })

  it('gives its credentials to the features, with the secrets opened', async () => {
    const { body } = await mine.request('POST', '/v1/provider-apps', app)
    const reference = { workspaceId, providerAppId: body.id, provider: 'github' }
    expect(await appCredentials(hub, reference)).toEqual({
      clientId: 'Iv1.abc',
      clientSecret: 'canary-client',
      webhookSecret: 'canary-webhook',
      scopes: ['repo'],
      baseUrls: { 'https://api.github.com': 'http://127.0.0.1:9999/api/v3' },
      fields: {},
    })
    expect((await webhookApp(hub, 'github', body.id)).app).toEqual({
      ...{ workspaceId, providerAppId: body.id, clientId: 'Iv1.abc', fields: {} },
      ...{ webhookSecrets: ['canary-webhook'], tokens: ['canary-webhook'] },
      baseUrls: { 'https://api.github.com': 'http://127.0.0.1:9999/api/v3' },
    })
    await expect(appCredentials(hub, { ...reference, provider: 'quickbooks' })).rejects.toMatchObject({
      code: 'PROVIDER_APP_NOT_FOUND',
    })
    await expect(webhookApp(hub, 'stripe', body.id)).rejects.toMatchObject({ code: 'WEBHOOK_NOT_FOUND' })
  })

  it("falls back to the environment's", async () => {
    const reference = { workspaceId, providerAppId: null, provider: 'quickbooks' }
    expect(await appCredentials(hub, reference)).toEqual({
      clientId: 'env-id',
      clientSecret: 'env-secret',
      baseUrls: {},
      scopes: [],
    })
    await expect(appCredentials(hub, { ...reference, provider: 'github' })).rejects.toMatchObject({
      code: 'PROVIDER_APP_MISSING',
    })
    expect(await appSettings(hub, { ...reference, provider: 'stripe' })).toEqual({ baseUrls: {}, scopes: [] })
    expect((await webhookApp(hub, 'github', null)).app).toEqual({
      ...{ workspaceId: null, providerAppId: null, clientId: null, fields: {}, baseUrls: {} },
      ...{ webhookSecrets: ['hook'], tokens: ['hook'] },
    })
    await expect(webhookApp(hub, 'quickbooks', null)).rejects.toMatchObject({ code: 'WEBHOOK_NOT_FOUND' })
  })

  it('is changed in what is given, and keeps the rest', async () => {
    const { body } = await mine.request('POST', '/v1/provider-apps', app)
    const url = `/v1/provider-apps/${body.id}`
    const changed = await mine.request('PATCH', url, { name: 'Renamed', webhookSecret: null, clientSecret: 'second' })
    expect(changed.body).toMatchObject({
      name: 'Renamed',
      clientId: 'Iv1.abc',
      hasClientSecret: true,
      hasWebhookSecret: false,
    })
    const { clientSecret } = await appCredentials(hub, { workspaceId, providerAppId: body.id, provider: 'github' })
    expect(clientSecret).toBe('second')
    const { body: audit } = await mine.request('GET', `/v1/audit-log?subjectId=${body.id}`)
    expect(audit.data[0]).toMatchObject({
      action: 'provider_app.updated',
      details: { changed: ['name', 'clientSecret', 'webhookSecret'] },
    })
  })

  it('is deleted with its secrets', async () => {
    const { body } = await mine.request('POST', '/v1/provider-apps', app)
    expect((await mine.request('DELETE', `/v1/provider-apps/${body.id}`)).status).toBe(204)
    expect((await mine.request('DELETE', `/v1/provider-apps/${body.id}`)).body.error.code).toBe(
      'PROVIDER_APP_NOT_FOUND',
    )
    expect((await hub.credentials.fieldsOf(hub.db, workspaceId, [body.id])).get(body.id)).toEqual(new Set())
  })

  it('has to stay until its connections are disconnected', async () => {
    const { body } = await mine.request('POST', '/v1/provider-apps', app)
    await hub.pool.query(
      `insert into connections (id, workspace_id, provider, provider_app_id, environment, auth_kind, status)
       values ('conn_1', $1, 'github', $2, 'production', 'oauth2', 'connected')`,
      [workspaceId, body.id],
    )
    const answer = await mine.request('DELETE', `/v1/provider-apps/${body.id}`)
    expect([answer.status, answer.body.error.code]).toEqual([409, 'CONFLICT'])
    expect((await mine.request('GET', `/v1/provider-apps/${body.id}`)).body.hasClientSecret).toBe(true)
    await hub.pool.query(`update connections set status = 'disconnected' where id = 'conn_1'`)
    expect((await mine.request('DELETE', `/v1/provider-apps/${body.id}`)).status).toBe(204)
  })

  it('does not move its secrets to another host', async () => {
    const { body } = await mine.request('POST', '/v1/provider-apps', app)
    const url = `/v1/provider-apps/${body.id}`
    const moved = { 'https://api.github.com': 'http://127.0.0.1:9998' }
    const move = (change: object = {}) => mine.request('PATCH', url, { baseUrls: moved, ...change })
    const refused = async (answer: Promise<{ status: number; body: { error: { code: string } } }>) => {
      const { status, body } = await answer
      expect([status, body.error.code]).toEqual([409, 'CONFLICT'])
      expect((await mine.request('GET', url)).body.baseUrls).toEqual({
        'https://api.github.com': 'http://127.0.0.1:9999/api/v3',
      })
    }
    await refused(move())
    await refused(move({ clientId: 'other', webhookSecret: 'mine' }))
    expect((await mine.request('PATCH', url, { baseUrls: app.baseUrls, name: 'As it was' })).status).toBe(200)
    await hub.pool.query(
      `insert into connections (id, workspace_id, provider, provider_app_id, environment, auth_kind, status)
       values ('conn_2', $1, 'github', $2, 'production', 'oauth2', 'pending')`,
      [workspaceId, body.id],
    )
    await refused(move({ clientSecret: 'canary-anew' }))
    await refused(move({ clientSecret: null }))
    await hub.pool.query(`update connections set status = 'disconnected' where id = 'conn_2'`)
    expect((await move({ clientSecret: 'canary-anew' })).body.baseUrls).toEqual(moved)
    const { body: audit } = await mine.request('GET', `/v1/audit-log?subjectId=${body.id}`)
    expect(audit.data[0]).toMatchObject({
      details: { changed: ['baseUrls', 'clientSecret'], hosts: { 'api.github.com': '127.0.0.1:9998' } },
    })
  })

  it('stays where it was while a connection is made with it', async () => {
    const { body } = await mine.request('POST', '/v1/provider-apps', { ...app, clientSecret: undefined })
    const reference = { workspaceId, providerAppId: body.id, provider: 'github' }
    const { baseUrls } = await appSettings(hub, reference)
    const move = () =>
      mine.request('PATCH', `/v1/provider-apps/${body.id}`, {
        baseUrls: { 'https://api.github.com': 'https://a.example' },
      })
    let moving: ReturnType<typeof move> | undefined
    const elsewhere = await createTestHub({ beside: hub })
    await elsewhere.db.transaction().execute(async trx => {
      await holdApp(trx, reference, baseUrls)
      moving = move()
      await sleep(200)
      await trx
        .insertInto('connections')
        .values({
          id: 'conn_3',
          workspace_id: workspaceId,
          provider: 'github',
          provider_app_id: body.id,
          environment: 'production',
          auth_kind: 'oauth2',
          status: 'connected',
          config: '{}',
          scopes: [],
          metadata: '{}',
        })
        .execute()
    })
    expect((await moving)?.status).toBe(409)
    await expect(hub.db.transaction().execute(trx => holdApp(trx, reference, {}))).rejects.toMatchObject({
      code: 'CONFLICT',
    })
  })

  it("is another workspace's to nobody", async () => {
    const { body } = await mine.request('POST', '/v1/provider-apps', app)
    const url = `/v1/provider-apps/${body.id}`
    for (const answer of [
      await other.request('GET', url),
      await other.request('PATCH', url, { name: 'x', clientSecret: 'x' }),
      await other.request('PATCH', url, { baseUrls: {} }),
      await other.request('DELETE', url),
    ]) {
      expect([answer.status, answer.body.error.code]).toEqual([404, 'PROVIDER_APP_NOT_FOUND'])
    }
    await expect(findProviderApp(hub.db, other.workspaceId, body.id)).rejects.toMatchObject({
      code: 'PROVIDER_APP_NOT_FOUND',
    })
    await expect(
      appCredentials(hub, { workspaceId: other.workspaceId, providerAppId: body.id, provider: 'github' }),
    ).rejects.toMatchObject({ code: 'PROVIDER_APP_NOT_FOUND' })
    expect((await mine.request('GET', url)).body.name).toBe('Our app')
  })

  it.each([
    ['an unknown provider', { provider: 'nobody' }, 'INVALID_PROVIDER'],
    ['a secret without its client', { clientId: null }, 'INVALID_REQUEST'],
    [
      "an origin that is not the provider's",
      { baseUrls: { 'https://example.com': 'https://example.org' } },
      'INVALID_REQUEST',
    ],
    ['a private address', { baseUrls: { 'https://api.github.com': 'http://10.0.0.1' } }, 'INVALID_URL'],
    ['a metadata address', { baseUrls: { 'https://api.github.com': 'http://169.254.169.254/latest' } }, 'INVALID_URL'],
    ['a URL that is not http', { baseUrls: { 'https://api.github.com': 'file:///etc/passwd' } }, 'INVALID_URL'],
    ['a URL with a query', { baseUrls: { 'https://api.github.com': 'https://example.org/?x=1' } }, 'INVALID_REQUEST'],
  ])('with %s is refused', async (_what, change, code) => {
    const answer = await mine.request('POST', '/v1/provider-apps', { ...app, ...change })
    expect(answer.body.error.code).toBe(code)
  })
})

describe('the providers', () => {
  it('are listed with what they offer, and nothing secret', async () => {
    const { body } = await mine.request<{ data: { id: string }[] }>('GET', '/v1/providers?limit=200')
    expect(body.data.map(({ id }) => id)).toEqual(hub.definitions.catalogue.map(({ id }) => id))
    const one = await mine.request('GET', '/v1/providers/quickbooks')
    const summary = body.data.find(({ id }) => id === 'quickbooks') as Record<string, unknown>
    const { methods, ...offer } = summary
    expect(one.body).toMatchObject(offer)
    expect(methods).toEqual([{ id: 'oauth', kind: 'oauth2' }])
    expect(one.body).toMatchObject({
      category: 'accounting',
      capabilities: expect.arrayContaining(['customers']) as string[],
      links: { app: expect.stringMatching(/^https:/) as string },
      auth: [{ kind: 'oauth2', refreshes: true }],
      environments: ['production', 'sandbox'],
    })
    expect((await mine.request('GET', '/v1/providers/stripe')).body).toMatchObject({
      auth: [{ kind: 'api_key' }, { kind: 'oauth2', refreshes: false }],
    })
    const unknown = await mine.request('GET', '/v1/providers/nobody')
    expect([unknown.status, unknown.body.error.code]).toEqual([404, 'PROVIDER_NOT_FOUND'])
  })

  it('are listed page by page', async () => {
    const ids: string[] = []
    for (let cursor: string | null = ''; cursor !== null;) {
      const address: string = `/v1/providers?limit=2${cursor && `&cursor=${encodeURIComponent(cursor)}`}`
      const { body } = await mine.request<{ data: { id: string }[]; nextCursor: string | null }>('GET', address)
      ids.push(...body.data.map(({ id }) => id))
      cursor = body.nextCursor
    }
    expect(ids).toEqual(hub.definitions.catalogue.map(({ id }) => id))
  })
})
