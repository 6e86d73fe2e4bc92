import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Definitions, type DefinitionSource } from '../../src/catalogue/definitions.ts'
import type { Connecting } from '../connections/accounts.ts'
import { createTestHub, createTestServer, createWorkspace } from '../support/hub.ts'
import { startTestWorkers } from '../support/workers.ts'
import { createSync, records, run, type Company } from './company.ts'

const acme = {
  id: 'acme',
  name: 'Acme',
  docs: 'https://acme.example/docs',
  environments: { production: { api: 'https://api.acme.example' } },
  auth: [{ kind: 'api_key', id: 'key', label: 'Key', help: 'Settings', placement: { in: 'header', name: 'x-key' } }],
  scopes: {},
  identity: { get: '/me', id: 'id', name: 'name' },
  models: {
    people: {
      collection: 'customers',
      summary: 'People',
      docs: 'https://acme.example/docs/people',
      id: 'id',
      updatedAt: { path: 'changed', format: 'unix-seconds' },
      list: {
        kind: 'page',
        ...{
          path: '/people',
          page: 2,
          param: 'page',
          limitParam: 'size',
          first: 1,
          end: 'short-page',
          items: 'people',
        },
      },
      changedSince: { kind: 'param', param: 'since', format: 'unix-seconds', deletions: false },
      read: { path: '/people/{id}' },
      fields: [['displayName', 'called']],
    },
  },
}

/** One workspace's own, in the form in which a table would hold it. */
let owner = ''
const source: DefinitionSource = {
  find: async (_db, workspaceId, id) =>
    workspaceId === owner && id === 'acme' ? (JSON.parse(JSON.stringify(acme)) as unknown) : undefined,
  list: async (_db, workspaceId) => (workspaceId === owner ? [acme] : []),
}

const hub = await createTestHub({ definitions: new Definitions({ sources: [source] }) })
await createTestServer(hub)
await startTestWorkers(hub)

const people = [1, 2, 3].map(id => ({ id, called: `Person ${id}`, changed: 1_750_000_000 + id }))
const asked: URLSearchParams[] = []
const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url!, 'http://acme')
  const answer = (status: number, body: unknown) =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  if (request.headers['x-key'] !== 'a key') return answer(401, {})
  if (pathname === '/me') return answer(200, { id: 'org', name: 'Org' })
  if (pathname !== '/people') return answer(404, {})
  asked.push(searchParams)
  const from = (Number(searchParams.get('page')) - 1) * 2
  const since = Number(searchParams.get('since') ?? 0)
  answer(200, { people: people.filter(({ changed }) => changed > since).slice(from, from + 2) })
})
await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
afterAll(() => void server.close().closeAllConnections())

describe('a platform that only one workspace knows', () => {
  it('is connected to and synced from, as those of the catalogue are, and by no other workspace', async () => {
    const [workspace, stranger] = [await createWorkspace(hub), await createWorkspace(hub)]
    owner = workspace.workspaceId
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const app = await workspace.request('POST', '/v1/provider-apps', {
      ...{ provider: 'acme', name: 'Acme', baseUrls: { 'https://api.acme.example': url } },
    })
    const connecting = { provider: 'acme', credentials: { apiKey: 'a key' } }
    const made = await workspace.request<Connecting>('POST', '/v1/connections', {
      ...{ ...connecting, providerAppId: app.body.id },
    })
    expect(made.body.connection).toMatchObject({ status: 'connected', provider: 'acme' })
    expect((await stranger.request('POST', '/v1/connections', connecting)).body.error.code).toBe('INVALID_PROVIDER')

    const company = { hub, workspace, connectionId: made.body.connection.id } as Company
    const syncId = await createSync(company, { model: 'people' })
    // Its platform sends no webhooks: nothing runs it but who asks.
    expect((await workspace.request('GET', `/v1/syncs/${syncId}`)).body).toMatchObject({ nextPollAt: null })
    expect(await run(company, syncId)).toMatchObject({ status: 'succeeded', counts: { pulled: 3, created: 3 } })
    const names = async () => (await records(company)).map(({ data }) => data.displayName).toSorted()
    expect(await names()).toEqual(['Person 1', 'Person 2', 'Person 3'])

    people[1] = { id: 2, called: 'Person two', changed: Math.floor(Date.now() / 1_000) + 60 }
    asked.splice(0)
    expect(await run(company, syncId)).toMatchObject({ status: 'succeeded', counts: { updated: 1 } })
    expect(asked[0]!.get('since')).toMatch(/^\d{10}$/)
    expect(await names()).toEqual(['Person 1', 'Person 3', 'Person two'])
  })
})
