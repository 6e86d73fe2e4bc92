import { createHmac } from 'node:crypto'
import { Definitions, type DefinitionSource } from '../../src/catalogue/definitions.ts'
import { createTestHub, createTestServer, createWorkspace } from '../support/hub.ts'

const acme = {
  id: 'acme',
  name: 'Acme',
  docs: 'https://acme.example/docs',
  environments: { production: { api: 'https://api.acme.example' } },
  auth: [{ kind: 'api_key', id: 'key', label: 'Key', help: 'Settings, keys', placement: { in: 'bearer' } }],
  scopes: {},
  identity: { get: '/me', id: 'id', name: 'name' },
  webhooks: {
    docs: 'https://acme.example/docs/webhooks',
    scheme: { kind: 'hmac', header: 'x-acme-signature', encoding: 'hex' },
    shapes: [{ type: { path: 'type' }, account: [{ path: 'account' }] }],
    triggers: { 'thing.made': { description: 'A thing was made' } },
  },
}

/** What workspaces have of their own, and how often it was asked for. */
const stored = new Map<string, unknown[]>()
let asked = 0
const source: DefinitionSource = {
  async find(_db, workspaceId, id) {
    asked++
    return stored.get(workspaceId)?.find(one => (one as { id: string }).id === id)
  },
  async list(_db, workspaceId) {
    return stored.get(workspaceId) ?? []
  },
}

const hub = await createTestHub({ definitions: new Definitions({ sources: [source], keptForMs: 60_000, mostKept: 2 }) })
const server = await createTestServer(hub)
const workspace = await createWorkspace(hub)
const stranger = await createWorkspace(hub)
stored.set(workspace.workspaceId, [acme])

const idsFor = async ({ request }: typeof workspace) =>
  (await request<{ data: { id: string }[] }>('GET', '/v1/providers?limit=200')).body.data.map(({ id }) => id)

describe('a definition that a workspace has of its own', () => {
  it('is told of among the platforms, to that workspace alone', async () => {
    expect(await idsFor(workspace)).toEqual(['acme', ...hub.definitions.catalogue.map(({ id }) => id)])
    expect(await idsFor(stranger)).toEqual(hub.definitions.catalogue.map(({ id }) => id))
    expect((await workspace.request('GET', '/v1/providers/acme')).body).toMatchObject({ name: 'Acme' })
    expect((await stranger.request('GET', '/v1/providers/acme')).body.error.code).toBe('PROVIDER_NOT_FOUND')
  })

  it('has apps and receives webhooks as those of the catalogue do', async () => {
    const app = { provider: 'acme', name: 'Ours', webhookSecret: 'of the app' }
    expect((await stranger.request('POST', '/v1/provider-apps', app)).body.error.code).toBe('INVALID_PROVIDER')
    const { body } = await workspace.request('POST', '/v1/provider-apps', app)
    const payload = Buffer.from('{"type":"thing.made","account":"a"}')
    const signature = createHmac('sha256', 'of the app').update(payload).digest('hex')
    const send = (url: string) =>
      server.inject({ method: 'POST', url, payload, headers: { 'x-acme-signature': signature } })
    expect((await send(`/webhooks/acme/${body.id}`)).statusCode).toBe(202)
    // The environment's app is one of the catalogue's: the bare address is nobody's.
    expect((await send('/webhooks/acme')).statusCode).toBe(404)
    const { rows } = await hub.pool.query(`select workspace_id, type from inbound_events where provider = 'acme'`)
    expect(rows).toEqual([{ workspace_id: workspace.workspaceId, type: 'thing.made' }])
  })

  it('never stands before one of the catalogue', async () => {
    stored.set(stranger.workspaceId, [{ ...acme, id: 'github' }])
    expect((await stranger.request('GET', '/v1/providers/github')).body).toMatchObject({ name: 'GitHub' })
    expect(await idsFor(stranger)).toEqual(hub.definitions.catalogue.map(({ id }) => id))
  })

  it('is refused with where it is wrong, when what is stored is no definition any more', async () => {
    stored.set(stranger.workspaceId, [{ ...acme, environments: { production: { api: 'http://api.acme.example' } } }])
    hub.definitions.forget(stranger.workspaceId, 'acme')
    const { body } = await stranger.request('POST', '/v1/provider-apps', { provider: 'acme', name: 'Ours' })
    expect(body.error.code).toBe('INVALID_PROVIDER')
    expect(body.error.details).toMatchObject([{ path: 'environments.production.api' }])
    expect(await idsFor(stranger)).not.toContain('acme')
  })

  it('is kept for a while, with a bound on how many are', async () => {
    const { definitions, db } = hub
    const find = (id: string) => definitions.find(db, workspace.workspaceId, id)
    definitions.forget(workspace.workspaceId, 'acme')
    asked = 0
    for (let n = 0; n < 3; n++) expect(await find('acme')).toMatchObject({ id: 'acme' })
    expect(asked).toBe(1)
    for (const id of ['none-1', 'none-2', 'none-2']) expect(await find(id)).toBeUndefined()
    expect(asked).toBe(3)
    await find('acme')
    expect(asked).toBe(4)
    stored.set(workspace.workspaceId, [{ ...acme, name: 'Acme again' }])
    expect(await find('acme')).toMatchObject({ name: 'Acme' })
    definitions.forget(workspace.workspaceId, 'acme')
    expect(await find('acme')).toMatchObject({ name: 'Acme again' })
  })
})
