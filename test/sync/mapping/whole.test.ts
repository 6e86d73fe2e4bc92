import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Definitions, type DefinitionSource } from '../../../src/catalogue/definitions.ts'
import { eventually, type Connecting } from '../../connections/accounts.ts'
import { createTestHub, createTestServer, createWorkspace } from '../../support/hub.ts'
import { startTestWorkers } from '../../support/workers.ts'
import { createSync, patch, records, run, type Company } from '../company.ts'

// Whole runs against a platform that is made up: references between its models, values that do not fit, a workspace's own pairs.

const writes = (path: string) => ({
  create: { kind: 'call', method: 'POST', path, encoding: 'json' },
  update: { kind: 'call', method: 'PUT', path: `${path}/{id}`, encoding: 'json', cleared: null },
})

const modelAt = (path: string, collection: string, fields: unknown[]) => ({
  ...{
    collection,
    summary: collection,
    docs: 'https://acme.example/docs',
    id: 'id',
    version: 'rev',
    versionRises: true,
  },
  list: {
    ...{ kind: 'page', path, page: 100, param: 'page', limitParam: 'size', first: 1, end: 'short-page', items: 'all' },
  },
  read: { path: `${path}/{id}` },
  ...writes(path),
  fields,
})

const acme = {
  ...{ id: 'acme', name: 'Acme', docs: 'https://acme.example/docs', scopes: {} },
  environments: { production: { api: 'https://api.acme.example' } },
  auth: [{ kind: 'api_key', id: 'key', label: 'Key', help: 'Settings', placement: { in: 'header', name: 'x-key' } }],
  identity: { get: '/me', id: 'id', name: 'name' },
  models: {
    customers: modelAt('/customers', 'customers', [
      ['displayName', 'name'],
      ['phone', 'phone'],
      ['notes', 'notes'],
      ['balance', 'owes', { transform: { kind: 'decimal', scale: 2 } }],
    ]),
    vendors: modelAt('/vendors', 'vendors', [['displayName', 'name']]),
    bills: modelAt('/bills', 'bills', [
      ['number', 'no'],
      ['vendorId', 'vendor', { reference: 'vendors' }],
    ]),
    invoices: modelAt('/invoices', 'invoices', [
      ['number', 'no'],
      ['customerId', 'customer', { reference: 'customers' }],
      [
        'lines',
        'lines',
        {
          each: [
            ['description', 'text'],
            ['amount', 'amount', { transform: { kind: 'decimal', scale: 2 } }],
          ],
        },
      ],
    ]),
  },
}

type Thing = Record<string, unknown> & { id: string; rev: number }

let owner = ''
const source: DefinitionSource = {
  find: async (_db, workspaceId, id) =>
    workspaceId === owner && id === 'acme' ? (JSON.parse(JSON.stringify(acme)) as unknown) : undefined,
  list: async (_db, workspaceId) => (workspaceId === owner ? [acme] : []),
}

const hub = await createTestHub({ definitions: new Definitions({ sources: [source] }) })
await createTestServer(hub)
await startTestWorkers(hub)

const kept: Record<string, Map<string, Thing>> = Object.fromEntries(
  ['customers', 'invoices', 'vendors', 'bills'].map(kind => [kind, new Map<string, Thing>()]),
)
const written: { path: string; body: Record<string, unknown> }[] = []
let made = 100

function put(kind: string, id: string, data: Record<string, unknown>): Thing {
  const before = kept[kind]!.get(id)
  const thing = { ...before, ...data, id, rev: (before?.rev ?? 0) + 1 }
  kept[kind]!.set(id, thing)
  return thing
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    const { pathname } = new URL(request.url!, 'http://acme')
    const answer = (status: number, body: unknown) =>
      void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    if (pathname === '/me') return answer(200, { id: 'org', name: 'Org' })
    const [, kind = '', id] = pathname.split('/')
    const things = kept[kind]
    if (!things) return answer(404, {})
    if (request.method === 'GET') {
      if (id === undefined) return answer(200, { all: [...things.values()] })
      return things.has(id) ? answer(200, things.get(id)) : answer(404, {})
    }
    const body = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>
    written.push({ path: pathname, body })
    answer(200, put(kind, id ?? `n${++made}`, body))
  })
})
await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
afterAll(() => void server.close().closeAllConnections())

const workspace = await createWorkspace(hub)
owner = workspace.workspaceId
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
const app = await workspace.request('POST', '/v1/provider-apps', {
  ...{ provider: 'acme', name: 'Acme', baseUrls: { 'https://api.acme.example': url } },
})
const connecting = await workspace.request<Connecting>('POST', '/v1/connections', {
  ...{ provider: 'acme', credentials: { apiKey: 'a key' }, providerAppId: app.body.id },
})
const company = { hub, workspace, connectionId: connecting.body.connection.id } as Company
const invoicesSync = await createSync(company, { model: 'invoices', direction: 'both' })
const customersSync = await createSync(company, { model: 'customers', direction: 'both', conflictPolicy: 'hub' })

const invoice = async (number: string) =>
  (await records(company, '', 'invoices')).find(one => one.data.number === number)!
const customer = async (name: string) => (await records(company)).find(one => one.data.displayName === name)!

describe('a reference between records', () => {
  it('is filled once the record that it names is there, without another look at the platform', async () => {
    put('customers', 'c1', { name: 'Amy', owes: 3 })
    put('invoices', 'i1', { no: 'A1', customer: 'c1', lines: [{ text: 'Tea', amount: 12.5 }] })
    expect(await run(company, invoicesSync)).toMatchObject({ status: 'succeeded', counts: { created: 1 } })
    expect((await invoice('A1')).data).toEqual({ number: 'A1', lines: [{ description: 'Tea', amount: '12.50' }] })
    expect(await run(company, customersSync)).toMatchObject({ status: 'succeeded', counts: { created: 1 } })
    const amy = await customer('Amy')
    expect((await invoice('A1')).data.customerId).toBe(amy.id)
    expect(await run(company, invoicesSync, { full: true })).toMatchObject({
      counts: { unchanged: 1, updated: 0, pushed: 0 },
    })
    expect(written).toEqual([])
  })

  it('has a record wait for the one that it names, and go as soon as that is at the platform', async () => {
    const bo = await workspace.request('POST', '/v1/records', { collection: 'customers', data: { displayName: 'Bo' } })
    await workspace.request('POST', '/v1/records', {
      ...{ collection: 'invoices', data: { number: 'B1', customerId: bo.body.id, lines: [{ amount: '1.10' }] } },
    })
    expect(await run(company, invoicesSync)).toMatchObject({ counts: { pushed: 0, failed: 1 } })
    const errors = await workspace.request('GET', `/v1/syncs/${invoicesSync}/errors`)
    expect(errors.body.data).toMatchObject([{ code: 'DEPENDENCY_MISSING' }])
    written.splice(0)
    expect(await run(company, customersSync)).toMatchObject({ counts: { pushed: 1 } })
    const told = await eventually('the invoice', async () => written.find(({ path }) => path === '/invoices'), 45_000)
    expect(told.body).toEqual({ no: 'B1', customer: `n${made - 1}`, lines: [{ amount: 1.1 }] })
  })
})

describe('a reference to what no sync has', () => {
  const bill = async (number: string) => (await records(company, '', 'bills')).filter(one => one.data.number === number)
  const errorsOf = async (syncId: string) => (await workspace.request('GET', `/v1/syncs/${syncId}/errors`)).body.data
  const unsyncedOf = async (syncId: string) =>
    (await workspace.request('GET', `/v1/syncs/${syncId}`)).body['unsyncedReferences']

  it('is told of the sync, and filled once one has it, also of an item that waited for a person', async () => {
    for (const notes of ['one', 'other']) {
      const data = { number: 'Twice', notes }
      await workspace.request('POST', '/v1/records', { collection: 'bills', data })
    }
    put('vendors', 'v1', { name: 'Vera' })
    put('bills', 'b1', { no: 'X1', vendor: 'v1' })
    put('bills', 'b2', { no: 'Twice', vendor: 'v1' })
    const bills = await createSync(company, { model: 'bills', match: [['number']] })
    expect(await run(company, bills)).toMatchObject({ counts: { created: 1, failed: 1 } })
    expect((await bill('X1'))[0]!.data).toEqual({ number: 'X1' })
    expect(await errorsOf(bills)).toMatchObject([{ code: 'AMBIGUOUS_MATCH', externalId: 'b2' }])
    expect(await unsyncedOf(bills)).toEqual([{ field: 'vendorId', model: 'vendors' }])
    const vendors = await createSync(company, { model: 'vendors' })
    expect(await unsyncedOf(bills)).toEqual([])
    expect(await run(company, vendors)).toMatchObject({ counts: { created: 1 } })
    const [vera] = await records(company, '', 'vendors')
    expect((await bill('X1'))[0]!.data).toEqual({ number: 'X1', vendorId: vera!.id })

    const [match] = (await workspace.request<{ data: { id: string }[] }>('GET', `/v1/syncs/${bills}/matches`)).body.data
    const said = await workspace.request('POST', `/v1/syncs/${bills}/matches/${match!.id}/resolve`, {
      recordId: (await bill('Twice'))[0]!.id,
    })
    expect(said.status).toBeLessThan(300)
    await run(company, bills)
    expect((await bill('Twice')).filter(({ data }) => data.vendorId === vera!.id)).toHaveLength(1)
    expect(await errorsOf(bills)).toEqual([])

    put('bills', 'b3', { no: 'X3', vendor: 'v3' })
    put('bills', 'b4', { no: 'X4', vendor: 'v1' })
    expect(await run(company, bills)).toMatchObject({ counts: { created: 2, failed: 0 } })
    const unknown = [{ path: 'vendorId', code: 'REFERENCE_UNKNOWN' }]
    expect(await errorsOf(bills)).toMatchObject([{ code: 'FIELD_UNFIT', externalId: 'b3', fields: unknown }])
    put('bills', 'b3', { no: 'X3a', vendor: 'v3' })
    expect(await run(company, bills, { full: true })).toMatchObject({ counts: { updated: 1 } })
    expect(await errorsOf(bills)).toMatchObject([{ externalId: 'b3', fields: unknown }])
    put('vendors', 'v3', { name: 'Vic' })
    expect(await run(company, vendors, { full: true })).toMatchObject({ counts: { created: 1 } })
    const vic = (await records(company, '', 'vendors')).find(({ data }) => data.displayName === 'Vic')
    expect((await bill('X3a'))[0]!.data).toEqual({ number: 'X3a', vendorId: vic!.id })
    expect(await errorsOf(bills)).toEqual([])
  })
})

describe('a value that does not fit', () => {
  it('fails its field, which keeps what both sides agreed on, until it fits', async () => {
    put('customers', 'c1', { owes: 'a lot', phone: '555' })
    expect(await run(company, customersSync, { full: true })).toMatchObject({ counts: { updated: 1, failed: 0 } })
    expect((await customer('Amy')).data).toMatchObject({ balance: '3.00', phone: '555' })
    const errors = await workspace.request('GET', `/v1/syncs/${customersSync}/errors`)
    expect(errors.body.data).toMatchObject([
      { code: 'FIELD_UNFIT', externalId: 'c1', fields: [{ path: 'balance', code: 'FIELD_UNFIT' }] },
    ])
    written.splice(0)
    await patch(company, (await customer('Amy')).id, { notes: 'n', balance: '4.00' })
    expect(await run(company, customersSync)).toMatchObject({ counts: { pushed: 1 } })
    expect(written.map(({ body }) => body)).toEqual([{ notes: 'n' }])
    put('customers', 'c1', { owes: 3 })
    expect(await run(company, customersSync, { full: true })).toMatchObject({ status: 'succeeded' })
    expect((await workspace.request('GET', `/v1/syncs/${customersSync}/errors`)).body.data).toEqual([])
  })
})

describe("a workspace's own pairs of fields", () => {
  const change = (mapping: unknown) => workspace.request('PATCH', `/v1/syncs/${customersSync}`, { mapping })

  it.each([
    [{ field: 'phone', path: 'notes' }, 'phone writes to the same place as notes'],
    [
      { field: 'balance', path: 'owes', transform: { kind: 'boolean', yes: 1, no: 0 } },
      'balance would hold true, which is no decimal',
    ],
    [
      { field: 'phone', path: 'fax', transform: { kind: 'phone', region: 'XX' } },
      'must be the ISO 3166 code of a country that has telephone numbers',
    ],
    [{ field: 'address', path: 'a' }, 'address stands in the way of address.line1'],
    [{ field: 'fax', off: true }, 'fax is no field of this model'],
    [
      { field: 'balance', path: 'cents', transform: { kind: 'minor-units', currency: 'coin' } },
      'has its currency in coin, which is no field',
    ],
  ])('are refused when they do not fit: %j', async (override, message) => {
    const { status, body } = await change([override])
    expect(status).toBe(400)
    expect(JSON.stringify(body)).toContain(message)
    expect(body.error.details).toMatchObject([{ path: expect.stringMatching(/^body\.mapping\.0\b/) as string }])
  })

  it('have everything read again, and nothing pushed by the change alone', async () => {
    put('customers', 'c1', { phone: '012-345 6789', level: 'gold' })
    await run(company, customersSync, { full: true })
    written.splice(0)
    const changed = await change([
      { field: 'phone', path: 'phone', transform: { kind: 'phone', region: 'MY' } },
      { field: 'loyalty', path: 'level' },
    ])
    expect(changed.status).toBe(200)
    expect(changed.body.mapping).toHaveLength(2)
    await eventually('the new fields', async () => (await customer('Amy')).data.loyalty === 'gold', 45_000)
    await run(company, customersSync)
    expect((await customer('Amy')).data).toMatchObject({ phone: '+60123456789', loyalty: 'gold', notes: 'n' })
    expect(written).toEqual([])
    await patch(company, (await customer('Amy')).id, { loyalty: 'silver' })
    await run(company, customersSync)
    expect(written.map(({ body }) => body)).toEqual([{ level: 'silver' }])
  })
})
