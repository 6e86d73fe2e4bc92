import { stripeKey } from '../../dev/sandbox/settings.ts'
import { createTestHub, createTestServer, createWorkspace } from '../support/hub.ts'
import { startTestWorkers } from '../support/workers.ts'
import { approve, callBack, createApp, ownSandbox, publishedEvents, type Connecting } from './accounts.ts'

const sandbox = await ownSandbox()
const hub = await createTestHub()
const app = await createTestServer(hub)
const workspace = await createWorkspace(hub)
const stripe = await createApp(workspace, sandbox.url, 'stripe')
const quickbooks = await createApp(workspace, sandbox.url, 'quickbooks')
await startTestWorkers(hub, ['workflows', 'connections'])

const create = (body: Record<string, unknown>) => workspace.request<Connecting>('POST', '/v1/connections', body)
const withKey = (apiKey: string) => create({ provider: 'stripe', providerAppId: stripe, credentials: { apiKey } })
const rows = async () => {
  const { rows } = await hub.pool.query<{ n: number }>(
    `select (select count(*) from connections) + (select count(*) from credentials where field = 'tokens') as n`,
  )
  return rows[0]?.n
}

describe('connecting by key', () => {
  it('connects at once with a key that opens an account', async () => {
    const { status, body } = await withKey(stripeKey)
    expect(status).toBe(201)
    expect(body.connection).toMatchObject({ status: 'connected', externalAccountId: 'acct_1SandboxOne', generation: 1 })
    expect(body.authorizationUrl).toBeNull()
    expect(JSON.stringify(body)).not.toContain(stripeKey)
    const types = (await publishedEvents(hub, workspace.workspaceId)).map(event => event.type)
    expect(types).toContain('integration.connected')
  })

  it('refuses a wrong key and stores nothing', async () => {
    const before = await rows()
    for (const key of ['sk_test_wrongbutwellformed1', 'nonsense']) {
      const { status, body } = await withKey(key)
      expect([status, (body as unknown as { error: { code: string } }).error.code]).toEqual([
        400,
        'INVALID_CREDENTIALS',
      ])
      expect(JSON.stringify(body)).not.toContain(key)
    }
    expect(await rows()).toBe(before)
  })

  it('stores nothing when the provider does not answer', async () => {
    const before = await rows()
    await sandbox.control.addFault({ platform: 'stripe', path: '/v1/account', kind: 'cut', times: 1 })
    expect((await withKey(stripeKey)).status).toBe(502)
    expect(await rows()).toBe(before)
  })

  it('takes a new key of the same account, and refuses another’s', async () => {
    const { id } = (await withKey(stripeKey)).body.connection
    const again = (apiKey: string) =>
      workspace.request('POST', `/v1/connections/${id}/reconnect`, { credentials: { apiKey } })
    expect((await again('sk_test_causewaySandboxKeyTwo')).body.error.code).toBe('ACCOUNT_MISMATCH')
    expect((await again(stripeKey)).body.connection).toMatchObject({ status: 'connected', generation: 2 })
  })

  it('gives the key to a caller with the permission, and writes that down', async () => {
    const { id } = (await withKey(stripeKey)).body.connection
    const given = await workspace.request('GET', `/v1/connections/${id}/token`)
    expect(given.body).toEqual({ accessToken: stripeKey, fields: {}, expiresAt: null })
    const { rows } = await hub.pool.query('select action from audit_log where subject_id = $1 order by id', [id])
    expect(rows.map(row => (row as { action: string }).action)).toEqual([
      'connection.connected',
      'connection.credentials_read',
    ])
    const limited = await workspace.request<{ secret: string }>('POST', '/v1/api-keys', {
      name: 'reader',
      permissions: ['connections:read', 'connections:write'],
    })
    const refused = await app.inject({
      url: `/v1/connections/${id}/token`,
      headers: { authorization: `Bearer ${limited.body.secret}` },
    })
    expect(refused.statusCode).toBe(403)
  })
})

describe('importing tokens obtained elsewhere', () => {
  /** Tokens that another system would bring: won through the hub, then taken out of it. */
  const foreignTokens = async (realm: string): Promise<{ accessToken: string; refreshToken: string }> => {
    const started = await create({ provider: 'quickbooks', providerAppId: quickbooks })
    const callback = await approve(started.body.authorizationUrl, { account: realm })
    await callBack(url => app.inject({ url }), callback)
    const place = { workspaceId: workspace.workspaceId, ownerId: started.body.connection.id, field: 'tokens' }
    const tokens = await hub.credentials.get<{ accessToken: string; refreshToken: string }>(hub.db, place)
    return tokens!
  }
  const importing = (tokens: Record<string, unknown>, realmId: string | undefined) =>
    create({
      provider: 'quickbooks',
      providerAppId: quickbooks,
      import: { ...tokens, scopes: ['com.intuit.quickbooks.accounting'], config: realmId ? { realmId } : {} },
    })

  it('spends the refresh token when that is all there is', async () => {
    const { refreshToken } = await foreignTokens('1111111111')
    const { status, body } = await importing({ refreshToken }, '1111111111')
    expect(status).toBe(201)
    expect(body.connection).toMatchObject({
      status: 'connected',
      externalAccountId: '1111111111',
      scopes: ['com.intuit.quickbooks.accounting'],
    })
    const token = await workspace.request('GET', `/v1/connections/${body.connection.id}/token`)
    expect(token.status).toBe(200)
  })

  it('leaves the refresh token unspent while the access token lives', async () => {
    const tokens = await foreignTokens('2222222222')
    await sandbox.control.forgetTokenRequests()
    const expiresAt = new Date(Date.now() + 1_800_000).toISOString()
    const { body } = await importing({ ...tokens, expiresAt }, '2222222222')
    expect(body.connection).toMatchObject({ status: 'connected', accessTokenExpiresAt: expiresAt })
    expect(await sandbox.control.tokenRequests()).toEqual([])
  })

  it('keeps what a refresh won when the account cannot be asked for just then', async () => {
    const { refreshToken } = await foreignTokens('3333333333')
    await sandbox.control.addFault({ platform: 'quickbooks', path: '/v3/', kind: '503', times: 1 })
    const { status, body } = await importing({ refreshToken }, '3333333333')
    expect([status, body.connection.status, body.connection.externalAccountId]).toEqual([201, 'connected', null])
    const checked = await workspace.request('POST', `/v1/connections/${body.connection.id}/check`)
    expect(checked.body).toMatchObject({ status: 'connected', externalAccountId: '3333333333' })
  })

  it('refuses what is not good and stores nothing', async () => {
    const { accessToken } = await foreignTokens('4444444444')
    const before = await rows()
    const codes = []
    for (const [tokens, realm] of [
      [{ refreshToken: 'AB11invented' }, '4444444444'],
      [{ accessToken }, '9999999999'],
      [{ accessToken }, undefined],
      [{}, '4444444444'],
    ] as const) {
      const { body } = await importing(tokens, realm)
      codes.push((body as unknown as { error: { code: string } }).error.code)
    }
    expect(codes).toEqual(['INVALID_CREDENTIALS', 'INVALID_CREDENTIALS', 'INVALID_REQUEST', 'INVALID_REQUEST'])
    expect(await rows()).toBe(before)
  })
})
