import type { AddressInfo } from 'node:net'
import { createMadeHub } from '../grants/made.ts'
import { call, createWorkspace, type AnyBody, type TestWorkspace } from '../support/hub.ts'
import { eventually } from './accounts.ts'
import { startPlatform } from './platform.ts'

const { hub, app, workspace } = await createMadeHub(
  {
    made: {
      environments: { production: { api: 'https://api.made.example' }, own: { api: 'https://{host}' } },
      hostPatterns: { host: '^[a-z0-9.-]+$' },
      auth: [
        {
          ...{ kind: 'api_key', id: 'key', label: 'Key', help: 'Settings', placement: { in: 'bearer' } },
          ask: [{ name: 'host', label: 'Host' }],
        },
      ],
    },
  },
  { ALLOWED_PRIVATE_NETWORKS: '' },
)
await app.listen({ host: '127.0.0.1', port: 0 })
const { port } = app.server.address() as AddressInfo
const other = await createWorkspace(hub)
const server = await startPlatform()
server.answerBy(({ path }) =>
  path === '/away'
    ? { status: 302, headers: { location: `${elsewhere.url}/inside` } }
    : { status: 200, body: { id: 7, name: 'Seven', path } },
)
const elsewhere = await startPlatform('127.0.0.2')
elsewhere.answerBy(() => ({ status: 200, body: { id: 8 } }))

const open = (hosts: unknown, key = hub.config.adminKey, of: TestWorkspace = workspace) =>
  call(app, key, 'PUT', `/v1/workspaces/${of.workspaceId}/private-hosts`, { hosts })
const appAt = (of: TestWorkspace, url: string) =>
  of.request('POST', '/v1/provider-apps', {
    ...{ provider: 'made', name: 'own', baseUrls: { 'https://api.made.example': url } },
  })
const connect = (of: TestWorkspace, providerAppId: string) =>
  of.request('POST', '/v1/connections', {
    ...{ provider: 'made', providerAppId, environment: 'production', config: { host: 'any.made.example' } },
    credentials: { apiKey: 'a-key' },
  })
const loopback = [{ host: '127.0.0.1', networks: ['127.0.0.0/8'] }]
const named = server.url.replace('127.0.0.1', 'localhost')
/** What was opened or closed holds within two seconds. */
const appeared = (of: TestWorkspace, url: string) =>
  eventually('an app at a private address', async () => {
    const made = await appAt(of, url)
    return made.status === 201 && made.body.id
  })

describe('a private address', () => {
  it('is closed until the operator opens it, whoever asks and however it is written', async () => {
    for (const url of [server.url, named, server.url.replace('127.0.0.1', '2130706433')]) {
      const refused = await appAt(workspace, url)
      expect([refused.status, refused.body.error.code]).toEqual([400, 'INVALID_URL'])
    }
    // The host that a person types is no way round it.
    const typed = await workspace.request('POST', '/v1/connections', {
      ...{ provider: 'made', environment: 'own', credentials: { apiKey: 'a-key' } },
      config: { host: `127.0.0.1` },
    })
    expect(typed.status).not.toBe(201)
    expect(server.calls).toEqual([])
    expect((await open(loopback, workspace.apiKey)).status).toBe(401)
  })

  it('is open to the workspace and the host that the operator names, by plain http too, and to no other', async () => {
    expect((await open(loopback)).body).toEqual({ hosts: loopback })
    const id = await appeared(workspace, server.url)
    const { status, body } = await connect(workspace, id)
    expect([status, (body.connection as AnyBody).status]).toEqual([201, 'connected'])
    const connectionId = (body.connection as AnyBody).id
    const proxied = async (path: string) => {
      const url = `http://127.0.0.1:${port}/v1/connections/${connectionId}/proxy${path}`
      const headers = { authorization: `Bearer ${workspace.apiKey}` }
      const answer = await fetch(url, { headers, redirect: 'manual' })
      return { status: answer.status, body: (answer.status === 302 ? {} : await answer.json()) as AnyBody }
    }
    expect((await proxied('/through')).body.path).toBe('/through')
    const away = await proxied('/away')
    expect([away.status, elsewhere.calls]).toEqual([302, []])
    expect((await appAt(workspace, elsewhere.url)).body.error.code).toBe('INVALID_URL')
    expect((await appAt(workspace, named)).body.error.code).toBe('INVALID_URL')
    expect((await appAt(other, server.url)).body.error.code).toBe('INVALID_URL')
    // Webhooks of the product's own go nowhere private by it.
    const endpoint = await workspace.request('POST', '/v1/endpoints', { url: server.url, eventTypes: ['a.b'] })
    expect(endpoint.body.error.code).toBe('INVALID_URL')
    const before = server.calls.length
    expect((await open([])).status).toBe(200)
    await eventually('a refusal', async () => (await proxied('/again')).status !== 200)
    expect((await proxied('/again')).body.error).toMatchObject({
      code: expect.stringMatching(/^INVALID_URL|PROVIDER_UNREACHABLE$/) as string,
    })
    expect(server.calls.slice(before).filter(({ path }) => path === '/last')).toEqual([])
  })

  it('that a name leads to is judged when the connection is made', async () => {
    await open([{ host: 'localhost', networks: ['10.0.0.0/8'] }])
    const id = await appeared(workspace, named)
    server.calls.length = 0
    const refused = await connect(workspace, id)
    expect([refused.status, refused.body.error.code]).toEqual([502, 'PROVIDER_UNREACHABLE'])
    expect(server.calls).toEqual([])
    await open([{ host: 'localhost', networks: ['127.0.0.0/8', '::1/128'] }])
    await eventually('a connection', async () => (await connect(workspace, id)).status === 201)
  })

  it('is opened by what is a host and a block, and the audit log says by whom', async () => {
    const wrong = [
      ...[
        { host: 'a:80', networks: ['10.0.0.0/8'] },
        { host: 'https://a', networks: ['10.0.0.0/8'] },
      ],
      ...[
        { host: 'A.example', networks: ['10.0.0.0/8'] },
        { host: 'a/b', networks: ['10.0.0.0/8'] },
      ],
      ...[
        { host: '2130706433', networks: ['10.0.0.0/8'] },
        { host: '*', networks: [] },
      ],
      ...[
        { host: 'a.example', networks: ['0.0.0.0/0'] },
        { host: 'a.example', networks: ['10.0.0.1'] },
      ],
    ]
    for (const one of wrong) expect([one, (await open([one])).status]).toEqual([one, 400])
    expect((await open([...loopback, ...loopback])).status).toBe(400)
    const nobody = { workspaceId: 'ws_01kb3v9w8xf4s9hq2m7c5t6n0p' } as TestWorkspace
    expect((await open([], hub.config.adminKey, nobody)).status).toBe(404)
    await open(loopback, hub.config.adminKey, other)
    const shown = await call(app, hub.config.adminKey, 'GET', `/v1/workspaces/${other.workspaceId}/private-hosts`)
    expect(shown.body).toEqual({ hosts: loopback })
    const { body } = await other.request('GET', '/v1/audit-log?limit=1')
    expect(body.data).toMatchObject([
      { actor: 'admin', action: 'workspace.private_hosts_set', details: { hosts: { '127.0.0.1': ['127.0.0.0/8'] } } },
    ])
  })
})
