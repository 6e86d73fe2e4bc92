import { call, createTestHub, createTestServer, createWorkspace } from '../support/hub.ts'

const hub = await createTestHub()
const app = await createTestServer(hub)
const asAdmin = <Body>(...rest: [method: 'GET' | 'POST' | 'PATCH', url: string, body?: unknown]) =>
  call<Body>(app, hub.config.adminKey, ...rest)

interface Shown {
  id: string
  name: string
  redirectOrigins: string[]
  apiKey: { id: string; secret: string; permissions: string[] }
  error: { code: string }
}

describe('a workspace', () => {
  it('comes with its first key, shown once', async () => {
    const made = await asAdmin<Shown>('POST', '/v1/workspaces', {
      name: '  Acme  ',
      redirectOrigins: ['https://app.acme.example'],
    })
    expect(made.status).toBe(201)
    expect(made.body).toMatchObject({ name: 'Acme', redirectOrigins: ['https://app.acme.example'] })
    expect(made.body.apiKey.permissions).toEqual(['*'])
    expect((await call(app, made.body.apiKey.secret, 'GET', '/v1/api-keys')).status).toBe(200)
    const got = await asAdmin<Shown>('GET', `/v1/workspaces/${made.body.id}`)
    expect(got.body).not.toHaveProperty('apiKey')
    const { body } = await asAdmin<{ data: Shown[] }>('GET', '/v1/workspaces')
    expect(body.data[0]).toEqual(got.body)
  })

  it('takes exact origins only', async () => {
    for (const origin of [
      'https://*.example.com',
      'https://app.example.com/',
      'https://app.example.com/path',
      'app.example.com',
      'https://APP.example.com',
      'javascript:alert(1)',
      'https://user@app.example.com',
      '*',
    ]) {
      const answer = await asAdmin<Shown>('POST', '/v1/workspaces', { name: 'x', redirectOrigins: [origin] })
      expect([origin, answer.status]).toEqual([origin, 400])
    }
  })

  it('can be renamed and given other origins, which its audit log tells', async () => {
    const workspace = await createWorkspace(hub)
    const url = `/v1/workspaces/${workspace.workspaceId}`
    const changed = await asAdmin<Shown>('PATCH', url, { redirectOrigins: ['http://localhost:3000'] })
    expect(changed.body).toMatchObject({ name: 'Test workspace', redirectOrigins: ['http://localhost:3000'] })
    expect((await asAdmin<Shown>('PATCH', url, { name: 'New' })).body).toMatchObject({
      name: 'New',
      redirectOrigins: ['http://localhost:3000'],
    })
    const { body } = await workspace.request('GET', `/v1/audit-log?subjectId=${workspace.workspaceId}`)
    expect(body.data.map(({ action, actor, details }) => [action, actor, details])).toEqual([
      ['workspace.updated', 'admin', { changed: ['name'] }],
      ['workspace.updated', 'admin', { changed: ['redirectOrigins'] }],
      ['workspace.created', 'admin', {}],
    ])
  })

  it('that there is none of is not found', async () => {
    for (const answer of [
      await asAdmin<Shown>('GET', '/v1/workspaces/ws_nothing'),
      await asAdmin<Shown>('PATCH', '/v1/workspaces/ws_nothing', { name: 'x' }),
      await asAdmin<Shown>('POST', '/v1/workspaces/ws_nothing/api-keys', { name: 'x' }),
    ]) {
      expect([answer.status, answer.body.error.code]).toEqual([404, 'WORKSPACE_NOT_FOUND'])
    }
  })

  it('that has lost its keys gets another from the operator', async () => {
    const { workspaceId } = await createWorkspace(hub)
    const made = await asAdmin<{ secret: string; permissions: string[] }>(
      'POST',
      `/v1/workspaces/${workspaceId}/api-keys`,
      { name: 'rescue' },
    )
    expect([made.status, made.body.permissions]).toEqual([201, ['*']])
    expect((await call(app, made.body.secret, 'GET', '/v1/api-keys')).status).toBe(200)
  })
})

describe('the audit log', () => {
  it('tells who made and revoked which key, of this workspace only', async () => {
    const mine = await createWorkspace(hub)
    const other = await createWorkspace(hub)
    const key = await mine.request('POST', '/v1/api-keys', { name: 'x', permissions: ['events:write'] })
    await mine.request('DELETE', `/v1/api-keys/${key.body.id}`)
    await mine.request('DELETE', `/v1/api-keys/${key.body.id}`)
    const { body } = await mine.request('GET', '/v1/audit-log')
    expect(body.data.slice(0, 2)).toEqual([
      expect.objectContaining({
        action: 'api_key.revoked',
        subjectId: key.body.id,
        actor: expect.stringMatching(/^key_/) as string,
      }),
      expect.objectContaining({ action: 'api_key.created', details: { permissions: ['events:write'] } }),
    ])
    expect(body.data).toHaveLength(4)
    expect(JSON.stringify((await other.request('GET', '/v1/audit-log')).body)).not.toContain(key.body.id)
  })
})
