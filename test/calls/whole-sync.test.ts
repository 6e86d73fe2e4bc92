import { Definitions } from '../../src/catalogue/definitions.ts'
import type { Connecting } from '../connections/accounts.ts'
import { startPlatform, type PlatformCall } from '../connections/platform.ts'
import { createSync, patch, records, run, type Company } from '../sync/company.ts'
import { createTestHub, createTestServer, createWorkspace } from '../support/hub.ts'
import { startTestWorkers } from '../support/workers.ts'
import { at, definitionOf, modelOf } from './made.ts'

// A platform as none of the catalogue's is, synced both ways: what its definition says is all that the hub knows of it.

const graphql = { kind: 'graphql' as const, path: '/graphql' }
const faults = (name: string) => ({ list: `data.${name}.userErrors`, code: 'code' })

/** Offsets, addresses in a list, a batch for each operation that is answered by position. */
const contacts = modelOf({
  id: 'ContactID',
  list: {
    kind: 'offset',
    path: '/contacts',
    page: 10,
    param: 'offset',
    limitParam: 'limit',
    first: 0,
    items: 'Contacts',
  },
  read: { path: '/contacts/{id}', item: 'Contacts.0' },
  create: { kind: 'call', method: 'PUT', path: '/contacts/one', encoding: 'json', item: 'Contacts.0' },
  update: { kind: 'call', method: 'POST', path: '/contacts/{id}', encoding: 'json', item: 'Contacts.0', cleared: '' },
  delete: { kind: 'call', method: 'POST', path: '/contacts/{id}/archive' },
  batch: {
    ...{ kind: 'by-operation', size: 5, requests: 'Contacts', answers: 'Contacts' },
    create: { method: 'PUT', path: '/contacts' },
    update: { method: 'POST', path: '/contacts', id: 'ContactID' },
    match: { by: 'position' },
    faults: { in: 'answer', code: 'ValidationErrors.0.Code' },
  },
  errors: { duplicate: ['TAKEN'] },
  fields: [
    ['displayName', 'Name'],
    ['address.line1', 'Addresses.0.AddressLine1'],
    ['address.city', 'Addresses.0.City'],
  ],
})

/** GraphQL throughout, whose answers name no more than the id of what was made. */
const people = modelOf({
  list: {
    ...{ kind: 'cursor', path: '/graphql', page: 3, limitParam: 'variables.first', param: 'variables.after' },
    document: 'query list($first: Int, $after: String) { people }',
    ...{ items: 'data.people.edges[].node', next: { from: 'path', path: 'data.people.pageInfo.endCursor' } },
    end: { more: 'data.people.pageInfo.hasNextPage' },
  },
  read: {
    ...{ path: '/graphql', document: 'query read($id: ID!) { person }', idAt: 'variables.id' },
    ...{ item: 'data.person', absent: 'missing' },
  },
  create: {
    ...graphql,
    document: 'mutation create',
    input: 'input',
    item: 'data.create.person',
    faults: faults('create'),
  },
  update: {
    ...{ ...graphql, document: 'mutation update', input: 'input', id: 'id', item: 'data.update.person', cleared: null },
    faults: faults('update'),
  },
  delete: { ...graphql, document: 'mutation delete', id: 'id', faults: faults('delete') },
  fields: [
    ['displayName', 'name'],
    ['address.city', 'places.0.city'],
  ],
})

const made = definitionOf({
  calls: { errors: { code: ['errors.0.code', 'code'], inside200: 'errors' } },
  models: { contacts, people },
})

const platform = await startPlatform()
const hub = await createTestHub({ definitions: new Definitions({ catalogue: [made] }) })
await createTestServer(hub)
await startTestWorkers(hub)

type Item = Record<string, unknown>

/** A workspace with a connection to the platform, which has a store of its own. */
async function connected(): Promise<{ company: Company; store: Map<string, Item> }> {
  const workspace = await createWorkspace(hub)
  const baseUrls = at(platform.url)
  const app = await workspace.request('POST', '/v1/provider-apps', { provider: 'made', name: 'made', baseUrls })
  expect(app.status).toBe(201)
  const store = new Map<string, Item>()
  platform.answerBy(call => answerOf(store, call))
  const { status, body } = await workspace.request<Connecting>('POST', '/v1/connections', {
    ...{ provider: 'made', providerAppId: app.body.id, credentials: { apiKey: 'canary' } },
  })
  expect([status, body]).toMatchObject([201, {}])
  return { company: { hub, workspace, connectionId: body.connection.id } as Company, store }
}

let last = 0
const put = (store: Map<string, Item>, id: string, idField: string, item: Item) => {
  const whole = { ...store.get(id), ...item, [idField]: id }
  store.set(id, whole)
  return whole
}

function answerOf(store: Map<string, Item>, { method, path, body: text }: PlatformCall) {
  const { pathname, searchParams } = new URL(path, platform.url)
  const body = text === '' ? {} : (JSON.parse(text) as Item)
  if (pathname === '/me') return { status: 200, body: { id: 'a', name: 'Acme' } }
  if (pathname === '/graphql')
    return { status: 200, body: answerGraphql(store, String(body.query), body.variables as Item) }
  const id = /^\/contacts\/([^/]+)/.exec(pathname)?.[1]
  if (method === 'GET' && id === undefined) {
    const [offset, limit] = ['offset', 'limit'].map(name => Number(searchParams.get(name))) as [number, number]
    return { status: 200, body: { Contacts: [...store.values()].slice(offset, offset + limit) } }
  }
  if (method === 'GET') return store.has(id!) ? { status: 200, body: { Contacts: [store.get(id!)] } } : { status: 404 }
  if (pathname.endsWith('/archive')) return store.delete(id!) ? { status: 204 } : { status: 404 }
  const asked = (body.Contacts as Item[] | undefined) ?? [body]
  const Contacts = asked.map(item => {
    if (item.Name === 'taken') return { ...item, ValidationErrors: [{ Code: 'TAKEN' }] }
    const own = method === 'PUT' ? `c${++last}` : ((item.ContactID as string | undefined) ?? id!)
    return put(store, own, 'ContactID', item)
  })
  return { status: 200, body: { Contacts } }
}

function answerGraphql(store: Map<string, Item>, document: string, variables: Item): unknown {
  const [, operation] = /^\w+ (\w+)/.exec(document)!
  const {
    id = `p${++last}`,
    input,
    first,
    after = '',
  } = variables as { id?: string; input: Item; first: number; after?: string }
  if (operation === 'list') {
    const all = [...store.values()]
      .filter(item => String(item.id) > after)
      .toSorted((a, b) => (String(a.id) < String(b.id) ? -1 : 1))
    const nodes = all.slice(0, first)
    const pageInfo = { hasNextPage: all.length > first, endCursor: nodes.at(-1)?.id ?? null }
    return { data: { people: { edges: nodes.map(node => ({ node })), pageInfo } } }
  }
  if (operation === 'read') return { data: { person: store.get(id) ?? null } }
  if (operation === 'delete') return { data: { delete: { userErrors: store.delete(id) ? [] : [{ code: 'NONE' }] } } }
  if (input.name === 'taken') return { data: { [operation!]: { person: null, userErrors: [{ code: 'TAKEN' }] } } }
  put(store, id, 'id', input)
  return { data: { [operation!]: { person: { id }, userErrors: [] } } }
}

describe.each(['contacts', 'people'])('the model %s of a made platform', model => {
  const idField = model === 'contacts' ? 'ContactID' : 'id'
  const nameField = model === 'contacts' ? 'Name' : 'name'
  const pad = (n: number) => String(n).padStart(2, '0')

  it('is pulled and pushed, changed on both sides and deleted', async () => {
    const { company, store } = await connected()
    for (let n = 1; n <= 25; n++) put(store, `a${pad(n)}`, idField, { [nameField]: `There ${n}` })
    const syncId = await createSync(company, { model, direction: 'both' })
    expect(await run(company, syncId)).toMatchObject({ status: 'succeeded', counts: { pulled: 25, created: 25 } })

    const mine = Array.from({ length: 7 }, (_, n) => ({
      data: { displayName: `Here ${n}`, address: { city: 'Ipoh' } },
    }))
    const bad = { data: { displayName: 'taken' } }
    await company.workspace.request('POST', '/v1/records/bulk', { collection: 'customers', records: [...mine, bad] })
    expect((await run(company, syncId)).counts).toMatchObject({ pushed: 7, failed: 1 })
    expect(store.size).toBe(32)
    const cities = [...store.values()].flatMap(item => (item.Addresses ?? item.places ?? []) as Item[])
    expect(cities.map(one => one.City ?? one.city)).toEqual(Array(7).fill('Ipoh'))

    const before = await records(company)
    const there = before.find(({ data }) => data.displayName === 'There 3')!
    const here = before.find(({ data }) => data.displayName === 'Here 3')!
    const gone = before.find(({ data }) => data.displayName === 'There 4')!
    await patch(company, here.id, { address: { city: 'Klang' } })
    await company.workspace.request('DELETE', `/v1/records/${gone.id}`)
    put(store, 'a03', idField, { [nameField]: 'Changed there' })
    expect((await run(company, syncId)).counts).toMatchObject({ updated: 1, pushed: 2 })
    expect(store.has('a04')).toBe(false)
    const after = await records(company)
    expect(after.find(({ id }) => id === there.id)!.data.displayName).toBe('Changed there')
    expect(JSON.stringify([...store.values()])).toContain('Klang')
    // Nothing is left to say: neither side hears its own echo.
    expect((await run(company, syncId)).counts).toMatchObject({ created: 0, updated: 0, pushed: 0, deleted: 0 })
  })
})
