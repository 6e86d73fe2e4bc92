import { createTestHub, createTestServer, createWorkspace, type AnyBody } from '../../support/hub.ts'
import type { ShownRecord } from '../company.ts'

// What the hub's API writes is what the schema of a collection of the hub's own says, whichever door it comes through.

const hub = await createTestHub()
await createTestServer(hub)
const workspace = await createWorkspace(hub)

type Values = Record<string, unknown>

const create = (collection: string, data: Values) =>
  workspace.request<ShownRecord & AnyBody>('POST', '/v1/records', { collection, data })
const patch = (id: string, data: Values) =>
  workspace.request<ShownRecord & AnyBody>('PATCH', `/v1/records/${id}`, { data })
const bulk = (body: Values) =>
  workspace.request<{ outcomes: { error: { code: string; details: unknown } | null }[] } & AnyBody>(
    'POST',
    '/v1/records/bulk',
    body,
  )
const csv = (query: string, file: string) =>
  workspace.request<{ data: { row: number; column: string; message: string }[]; failed: number } & AnyBody>(
    'POST',
    `/v1/records/import?${query}`,
    file,
    { 'content-type': 'text/csv' },
  )

/** Data that do not fit, and which of their members. */
const misfits: [collection: string, data: Values, path: string, message: string][] = [
  ['customers', { email: 7 }, 'email', 'a text'],
  ['customers', { isActive: 'yes' }, 'isActive', 'true or false'],
  ['customers', { address: 'London' }, 'address', 'an object'],
  ['customers', { address: { city: ['London'] } }, 'address.city', 'a text'],
  ['products', { unitPrice: 12.5 }, 'unitPrice', 'a decimal number as text'],
  ['products', { unitPrice: '1e3' }, 'unitPrice', 'a decimal number as text'],
  ['invoices', { status: 'lost' }, 'status', 'one of draft, open, paid, void'],
  ['invoices', { date: '2026-02-31' }, 'date', 'a day'],
  ['invoices', { customerId: 5 }, 'customerId', 'the id of a record'],
  ['invoices', { lines: {} }, 'lines', 'a list of objects'],
  ['invoices', { lines: [{}, 'wheel'] }, 'lines.1', 'an object'],
  ['invoices', { lines: [{ quantity: '2' }, { quantity: 2 }] }, 'lines.1.quantity', 'a decimal number as text'],
  ['orders', { placedAt: '2026-01-31 10:00' }, 'placedAt', 'a time with an offset'],
  ['tasks', { labels: ['new', 1] }, 'labels', 'a list of texts'],
  ['metrics', { figures: { clicks: 1 } }, 'figures.clicks', 'a decimal number as text'],
]

const refusal = (place: string, path: string, message: string) => [
  { path: `${place}.${path}`, message: expect.stringMatching(`^Must be ${message}`) as string },
]

describe('what does not fit the schema of its collection', () => {
  it.each(misfits)('is refused through every door: %s %j', async (collection, data, path, message) => {
    const made = await create(collection, { kept: true })
    const refused = [await create(collection, data), await patch(made.body.id, data)]
    for (const { status, body } of refused) {
      expect([status, body.error]).toMatchObject([
        400,
        { code: 'INVALID_REQUEST', details: refusal('body.data', path, message) },
      ])
    }
    const all = await bulk({ collection, records: [{ data: {} }, { data }] })
    expect([all.status, all.body.error.details]).toEqual([400, refusal('body.records.1.data', path, message)])
    const { body } = await bulk({
      operations: [
        { op: 'update', id: made.body.id, data: { kept: 'still' } },
        { op: 'create', collection, data },
        { op: 'update', id: (await create(collection, {})).body.id, data },
      ],
    })
    expect(body.outcomes.map(({ error }) => error)).toMatchObject([
      ...[null, { code: 'INVALID_REQUEST', details: refusal('body.operations.1.data', path, message) }],
      { code: 'INVALID_REQUEST', details: refusal('body.operations.2.data', path, message) },
    ])
    const { body: record } = await workspace.request<ShownRecord>('GET', `/v1/records/${made.body.id}`)
    expect(record).toMatchObject({ version: 2, data: { kept: 'still' } })
  })

  it('is a row of its own in an import and in its preview', async () => {
    const lines = JSON.stringify([{ quantity: '1' }, { quantity: 2 }]).replaceAll('"', '""')
    const file = `number,date,total,lines\nA,2026-02-31,,\nB,2026-02-28,,"${lines}"\nC,2026-02-28,12.50,`
    for (const query of ['collection=invoices&preview=true', 'collection=invoices']) {
      const { body } = await csv(query, file)
      expect(body).toMatchObject({ created: 1, failed: 2 })
      expect(body.data.slice(0, 2)).toMatchObject([
        { row: 2, column: 'date', message: 'Must be a day, such as "2026-01-31"' },
        { row: 3, column: 'lines', message: expect.stringContaining('lines.1.quantity') as string },
      ])
    }
    const { body } = await csv('collection=customers&preview=true', 'address\nLondon')
    expect(body.data).toMatchObject([{ column: 'address', message: 'Must be an object' }])
  })

  it('is told with all its members, twenty of them at most', async () => {
    const { body } = await create('invoices', { date: 1, dueDate: 2, lines: [{ amount: 3, sku: 4 }] })
    expect((body.error.details as { path: string }[]).map(({ path }) => path)).toEqual(
      ['date', 'dueDate', 'lines.0.sku', 'lines.0.amount'].map(path => `body.data.${path}`),
    )
    const many = await create('invoices', { lines: Array.from({ length: 1_000 }, () => 1) })
    expect(many.body.error.details).toHaveLength(20)
  })
})

describe('what the schema does not know', () => {
  it('is kept, as are nulls, values with other members beside them, and collections of a workspace’s own', async () => {
    const data = {
      ...{
        email: null,
        isActive: true,
        balance: '-12.50',
        loyalty: { tier: 7 },
        address: { city: 'London', planet: 3 },
      },
      ...{ 'address.city': 5, shippingAddress: null },
    }
    const made = await create('customers', data)
    expect([made.status, made.body.data]).toEqual([201, data])
    const order = { placedAt: '2026-01-31T10:00:00+08:00', lines: [{ quantity: '2', colour: 3 }, {}] }
    expect((await create('orders', order)).body.data).toEqual(order)
    expect((await create('clients', { email: 7, address: 'London' })).status).toBe(201)
  })

  it('lets what was written before be what it was, until somebody changes it', async () => {
    const { body } = await create('customers', { displayName: 'Ada' })
    await hub.pool.query(`update records set data = data || '{"email": 7}' where id = $1`, [body.id])
    expect((await patch(body.id, { phone: '+44 20 1' })).body.data).toMatchObject({ email: 7, phone: '+44 20 1' })
    expect((await patch(body.id, { email: null })).body.data).toEqual({ displayName: 'Ada', phone: '+44 20 1' })
  })
})
