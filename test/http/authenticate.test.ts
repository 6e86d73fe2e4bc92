import { call, createTestHub, createTestServer, createWorkspace } from '../support/hub.ts'

const hub = await createTestHub({ environment: { AUTH_FAILURES_PER_MINUTE: '1000' } })
const app = await createTestServer(hub)
const workspace = await createWorkspace(hub)

async function newKey(body: Record<string, unknown> = {}) {
  const made = await workspace.request<{ id: string; secret: string }>('POST', '/v1/api-keys', { name: 'k', ...body })
  expect(made.status).toBe(201)
  return made.body
}
const statusWith = async (key: string | undefined, url = '/v1/providers') => (await call(app, key, 'GET', url)).status

describe('a key', () => {
  it('is needed, and has to be one', async () => {
    for (const key of [undefined, 'x', 'sk_short', `sk_${'a'.repeat(43)}`, `${workspace.apiKey}x`]) {
      const answer = await call(app, key, 'GET', '/v1/providers')
      expect([answer.status, answer.body.error.code]).toEqual([401, 'UNAUTHORIZED'])
      expect(answer.headers['www-authenticate']).toBe('Bearer')
    }
    for (const authorization of ['Basic abc', 'Bearer', 'Bearer a b', `bearer  ${workspace.apiKey} x`]) {
      const answer = await call(app, undefined, 'GET', '/v1/providers', undefined, { authorization })
      expect(answer.status).toBe(401)
    }
    expect(await statusWith(workspace.apiKey)).toBe(200)
  })

  it('is asked for before the body is read', async () => {
    expect((await call(app, undefined, 'POST', '/v1/api-keys', 'x'.repeat(2 ** 21))).status).toBe(401)
  })

  it('is kept as a hash only', async () => {
    const { secret, id } = await newKey()
    const { rows } = await hub.pool.query<{ row: string }>(
      'select row_to_json(k)::text as row from api_keys k where id = $1',
      [id],
    )
    expect(rows[0]!.row).not.toContain(secret.slice(9))
    expect(secret).toMatch(/^sk_[0-9A-Za-z]{43}$/)
    const { body } = await workspace.request('GET', `/v1/api-keys/${id}`)
    expect(body).not.toHaveProperty('secret')
    expect(body.prefix).toBe(secret.slice(0, 9))
  })

  it('stops opening within two seconds of its revocation', async () => {
    const { id, secret } = await newKey()
    expect(await statusWith(secret)).toBe(200)
    expect((await workspace.request('DELETE', `/v1/api-keys/${id}`)).status).toBe(204)
    expect((await workspace.request('DELETE', `/v1/api-keys/${id}`)).status).toBe(204)
    await new Promise(resolve => setTimeout(resolve, 2_100))
    expect(await statusWith(secret)).toBe(401)
    const { body } = await workspace.request('GET', `/v1/api-keys/${id}`)
    expect(body.revokedAt).toEqual(expect.any(String))
  })

  it('stops opening when it expires', async () => {
    const { secret } = await newKey({ expiresAt: new Date(Date.now() + 1_000).toISOString() })
    expect(await statusWith(secret)).toBe(200)
    await new Promise(resolve => setTimeout(resolve, 3_100))
    expect(await statusWith(secret)).toBe(401)
    const late = await workspace.request('POST', '/v1/api-keys', { name: 'k', expiresAt: '2020-01-01T00:00:00Z' })
    expect(late.body.error.code).toBe('INVALID_REQUEST')
  })

  it('shows its last use, written at most once a minute', async () => {
    const { id, secret } = await newKey()
    const lastUse = async () => (await workspace.request('GET', `/v1/api-keys/${id}`)).body.lastUsedAt
    expect(await lastUse()).toBeNull()
    await statusWith(secret)
    let first = await lastUse()
    for (let turn = 0; first === null && turn < 50; turn++) first = await lastUse()
    expect(Date.now() - Date.parse(first as string)).toBeLessThan(10_000)
    await new Promise(resolve => setTimeout(resolve, 2_100))
    await statusWith(secret)
    await new Promise(resolve => setTimeout(resolve, 100))
    expect(await lastUse()).toBe(first)
  })
})

describe('a permission', () => {
  it('is needed for each call', async () => {
    const { secret } = await newKey({ permissions: ['api-keys:read'] })
    expect(await statusWith(secret, '/v1/api-keys')).toBe(200)
    const answer = await call(app, secret, 'POST', '/v1/api-keys', { name: 'x' })
    expect(answer.status).toBe(403)
    expect(answer.body.error).toMatchObject({ code: 'FORBIDDEN', details: { permission: 'api-keys:write' } })
  })

  it('cannot be given by a key that lacks it', async () => {
    const maker = await newKey({ permissions: ['api-keys:write', 'events:write'] })
    const make = (permissions?: string[]) =>
      call<{ permissions: string[]; error: { code: string } }>(app, maker.secret, 'POST', '/v1/api-keys', {
        name: 'x',
        ...(permissions && { permissions }),
      })
    for (const more of [['*'], ['api-keys:read'], ['events:write', 'events:read']]) {
      const answer = await make(more)
      expect([answer.status, answer.body.error.code]).toEqual([403, 'FORBIDDEN'])
    }
    expect((await make(['events:write'])).body.permissions).toEqual(['events:write'])
    expect((await make()).body.permissions).toEqual(['api-keys:write', 'events:write'])
  })
})

describe('the admin key', () => {
  it('opens the calls of the operator, and no workspace', async () => {
    const admin = hub.config.adminKey
    expect(await statusWith(admin, '/v1/workspaces')).toBe(200)
    expect(await statusWith(admin, '/v1/api-keys')).toBe(401)
    expect(await statusWith(workspace.apiKey, '/v1/workspaces')).toBe(401)
    expect(await statusWith(`${admin}x`, '/v1/workspaces')).toBe(401)
  })
})

describe('another workspace', () => {
  it('does not see a key, nor revokes it', async () => {
    const { id, secret } = await newKey()
    const other = await createWorkspace(hub)
    for (const method of ['GET', 'DELETE'] as const) {
      const answer = await other.request(method, `/v1/api-keys/${id}`)
      expect([answer.status, answer.body.error.code]).toEqual([404, 'API_KEY_NOT_FOUND'])
    }
    expect(await statusWith(secret)).toBe(200)
  })
})

describe('failed attempts', () => {
  it('are limited by address, while keys known to open go on', async () => {
    const guarded = await createTestHub({ beside: hub, environment: { AUTH_FAILURES_PER_MINUTE: '5' } })
    const server = await createTestServer(guarded)
    const unseen = await newKey()
    expect((await call(server, workspace.apiKey, 'GET', '/v1/providers')).status).toBe(200)
    const guess = () => call(server, `sk_${'b'.repeat(43)}`, 'GET', '/v1/providers')
    for (let turn = 0; turn < 5; turn++) expect((await guess()).status).toBe(401)
    const answer = await guess()
    expect([answer.status, answer.body.error.code]).toEqual([429, 'RATE_LIMITED'])
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
    expect((await call(server, 'nonsense', 'GET', '/v1/workspaces')).status).toBe(429)
    expect((await call(server, workspace.apiKey, 'GET', '/v1/providers')).status).toBe(200)
    expect((await call(server, guarded.config.adminKey, 'GET', '/v1/workspaces')).status).toBe(200)
    expect((await call(server, unseen.secret, 'GET', '/v1/providers')).status).toBe(429)
    const elsewhere = await server.inject({ url: '/v1/providers', remoteAddress: '192.0.2.9' })
    expect(elsewhere.statusCode).toBe(401)
  })

  it("are counted for the proxy's client, if the proxy is trusted", async () => {
    const behind = await createTestHub({
      beside: hub,
      environment: { AUTH_FAILURES_PER_MINUTE: '2', TRUSTED_PROXIES: '127.0.0.0/8' },
    })
    const server = await createTestServer(behind)
    const from = async (address: string) =>
      (await call(server, 'x', 'GET', '/v1/workspaces', undefined, { 'x-forwarded-for': address })).status
    expect([await from('192.0.2.1'), await from('192.0.2.1'), await from('192.0.2.1')]).toEqual([401, 401, 429])
    expect(await from('192.0.2.2')).toBe(401)
    // One customer's addresses of IPv6 count as one.
    expect([await from('2001:db8::1'), await from('2001:db8::2'), await from('2001:db8::3')]).toEqual([401, 401, 429])
  })
})

describe('a limit on calls with one key', () => {
  it('is kept when it is configured', async () => {
    const limited = await createTestHub({ beside: hub, environment: { API_KEY_REQUESTS_PER_MINUTE: '3' } })
    const server = await createTestServer(limited)
    const statuses: number[] = []
    for (let turn = 0; turn < 4; turn++) {
      statuses.push((await call(server, workspace.apiKey, 'GET', '/v1/providers')).status)
    }
    expect(statuses).toEqual([200, 200, 200, 429])
  })
})
