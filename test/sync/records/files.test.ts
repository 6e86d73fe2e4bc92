import { request as httpRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import { parse } from 'csv-parse/sync'
import type { HubPool } from '../../../src/db/hub-pool.ts'
import { until } from '../../support/delivery.ts'
import { createTestHub, createTestServer, createWorkspace, type AnyBody } from '../../support/hub.ts'
import type { ShownRecord } from '../company.ts'

const hub = await createTestHub()
const app = await createTestServer(hub)
const workspace = await createWorkspace(hub)
const stranger = await createWorkspace(hub)

interface Report extends AnyBody {
  created: number
  updated: number
  unchanged: number
  failed: number
}

const fill = (collection: string, datas: Record<string, unknown>[]) =>
  workspace.request('POST', '/v1/records/bulk', { collection, records: datas.map(data => ({ data })) })
const exported = async (query: string, of = workspace) =>
  (await of.request<string>('GET', `/v1/records/export?${query}`)).body
const table = (text: string) => parse<Record<string, string>>(text, { columns: true, bom: true })
const put = (query: string, csv: string | Buffer) =>
  workspace.request<Report>('POST', `/v1/records/import?${query}`, csv, { 'content-type': 'text/csv' })
const all = async (collection: string) =>
  (await workspace.request<{ data: ShownRecord[] }>('GET', `/v1/records?collection=${collection}&limit=1000`)).body.data

const strange = [
  'a,b',
  'a"b',
  'a\nb',
  'ä',
  ' a ',
  '=1+1',
  '+1+1',
  '-x',
  '@SUM(A1)',
  "'=1",
  "''",
  '-12.50',
  '+4930123',
  '\ttab',
  '＝1',
]

describe('an export', () => {
  it('holds every record once, as JSON lines or as a table that others can read', async () => {
    const datas = Array.from({ length: 120 }, (_, n) => ({
      n,
      text: strange[n % strange.length],
      inner: { list: [n] },
    }))
    await fill('strange', datas)
    await stranger.request('POST', '/v1/records', { collection: 'strange', data: { n: -1 } })
    const lines = (await exported('collection=strange')).trimEnd().split('\n')
    expect(lines.map(line => (JSON.parse(line) as ShownRecord).data)).toEqual(datas)
    const kept = table(await exported('collection=strange&format=csv&formulas=kept'))
    expect(kept.map(row => row.text)).toEqual(datas.map(({ text }) => text))
    expect(kept.map(row => row['inner.list'])).toEqual(datas.map(({ n }) => `[${n}]`))
    const some = table(await exported('collection=strange&format=csv&columns=id,text&filter[n][lt]=2'))
    expect(some.map(row => Object.keys(row))).toEqual([
      ['id', 'text'],
      ['id', 'text'],
    ])
    expect(await exported('collection=none')).toBe('')
    expect(await exported('collection=customers&format=csv')).toMatch(/^id,version,createdAt,.*,email,/)
  })

  it('lets no spreadsheet calculate, and says the same when it comes back', async () => {
    await fill(
      'guarded',
      strange.map(text => ({ text })),
    )
    const csv = await exported('collection=guarded&format=csv&columns=id,text')
    const cells = table(csv).map(row => row.text!)
    // What is a number may stand as it is.
    expect(cells.filter(cell => /^[=+\-@\t\r\n＝]/.test(cell))).toEqual(['-12.50', '+4930123'])
    const report = await put('collection=guarded', csv)
    expect(report.body).toMatchObject({ created: 0, updated: 0, unchanged: strange.length, failed: 0 })
  })

  it('refuses what is wrong before it begins', async () => {
    for (const odd of [
      'collection=customers&filter[balance]=much',
      'collection=A',
      'collection=a&format=xml',
      'collection=a&columns=;',
    ]) {
      const answer = await workspace.request('GET', `/v1/records/export?${odd}`)
      expect([odd, answer.status, answer.body.error.code]).toEqual([odd, 400, 'INVALID_REQUEST'])
    }
  })

  it('has each record once while records change and come', async () => {
    await fill(
      'moving',
      Array.from({ length: 300 }, (_, n) => ({ n })),
    )
    const before = await all('moving')
    const { exportRecords } = await import('../../../src/sync/records/transfer/export-records.ts')
    const ids: string[] = []
    const query = { collection: 'moving', conditions: [], deleted: false }
    for await (const page of exportRecords(hub.db, workspace.workspaceId, query)) {
      ids.push(...page.map(({ id }) => id))
      await workspace.request('PATCH', `/v1/records/${before[0]!.id}`, { data: { n: ids.length } })
      await workspace.request('PATCH', `/v1/records/${before[299]!.id}`, { data: { n: ids.length } })
    }
    expect(ids).toEqual(before.map(({ id }) => id))
  })

  it('holds no connection for a caller that reads slowly, and lets its place go when the caller goes', async () => {
    const text = 'x'.repeat(100_000)
    for (let n = 0; n < 3; n++)
      await fill(
        'slow',
        Array.from({ length: 70 }, () => ({ text })),
      )
    await app.listen({ port: 0, host: '127.0.0.1' })
    const { port } = app.server.address() as AddressInfo
    const open = () =>
      new Promise<{ status: number; destroy: () => void }>((resolve, reject) => {
        const path = '/v1/records/export?collection=slow'
        const headers = { authorization: `Bearer ${workspace.apiKey}` }
        const asked = httpRequest({ host: '127.0.0.1', port, path, headers }, answer =>
          resolve({ status: answer.statusCode!, destroy: () => asked.destroy() }),
        )
        asked.once('error', reject).end()
      })
    const slow = [await open(), await open(), await open()]
    try {
      expect((await open()).status).toBe(429)
      // What is read ahead of it is bounded: then nothing is held.
      await until(() => (hub.pool as HubPool).load.held === 0)
    } finally {
      for (const one of slow) one.destroy()
    }
    await until(async () => {
      const next = await open()
      next.destroy()
      return next.status === 200
    })
  })
})

describe('an import', () => {
  const csv = [
    'E-Mail,displayName,address.city,balance,Loyalty',
    'ada@example.com,Ada,London,12.5,gold',
    'grace@example.com,"Hopper, Grace",,,',
    'ulku@example.com,Ülkü,İzmir,much,',
    'ada@example.com,Ada again,,,',
    ',Nobody,,,',
    'short@example.com,Short',
  ].join('\r\n')
  const query = 'collection=customers&match=email&columns[Loyalty]=loyalty.tier'

  it('shows what would come of it, and writes nothing', async () => {
    const { status, body } = await put(`${query}&preview=true`, csv)
    expect([status, body]).toMatchObject([
      200,
      { preview: true, rows: 6, created: 2, updated: 0, unchanged: 0, failed: 4 },
    ])
    expect(body.data.map(({ row, action, column }) => [row, action, column])).toEqual([
      ...[
        [2, 'created', null],
        [3, 'created', null],
        [4, 'failed', 'balance'],
      ],
      ...[
        [5, 'failed', 'email'],
        [6, 'failed', 'email'],
        [7, 'failed', null],
      ],
    ])
    expect(body.data[0]!.changes).toContainEqual({ field: 'address.city', before: null, after: 'London' })
    expect(await all('customers')).toEqual([])
  })

  it('makes records, changes those that it finds, and says which rows it could not take', async () => {
    expect((await put(query, csv)).body).toMatchObject({
      created: 2,
      failed: 4,
      data: [{ row: 4 }, { row: 5 }, { row: 6 }, { row: 7 }],
    })
    const [ada] = await all('customers')
    expect(ada!.data).toMatchObject({
      email: 'ada@example.com',
      address: { city: 'London' },
      loyalty: { tier: 'gold' },
    })
    const again = await put(
      query,
      'email,phone,displayName\r\nada@example.com,+44 20 1,\r\ngrace@example.com,,"Hopper, Grace"',
    )
    expect(again.body).toMatchObject({ created: 0, updated: 1, unchanged: 1, failed: 0 })
    const changed = (await all('customers')).find(({ id }) => id === ada!.id)!
    expect([changed.version, changed.data]).toEqual([2, { ...ada!.data, phone: '+44 20 1' }])
  })

  it('takes back what was exported, by the ids', async () => {
    const rows = await exported('collection=customers&format=csv')
    expect((await put('collection=customers', rows)).body).toMatchObject({ unchanged: 2, created: 0, failed: 0 })
    const [ada] = await all('customers')
    const id = ada!.id
    const edited = await put(
      'collection=customers',
      `id,notes\n${id},edited\nrec_00000000000000000000000000,lost\n,made`,
    )
    expect(edited.body).toMatchObject({ updated: 1, created: 1, failed: 1 })
  })

  it('does not choose among several, and two at once do not make anybody twice', async () => {
    await fill('twins', [{ key: 'same' }, { key: 'same' }])
    const ambiguous = await put('collection=twins&match=key', 'key,n\nsame,1')
    expect(ambiguous.body.data).toMatchObject([{ action: 'failed', column: 'key', message: 'Is that of 2 records' }])
    const rows = ['key,n', ...Array.from({ length: 700 }, (_, n) => `k${n},${n}`)].join('\n')
    const both = await Promise.all([put('collection=double&match=key', rows), put('collection=double&match=key', rows)])
    expect(both.reduce((sum, { body }) => sum + body.created, 0)).toBe(700)
    expect(await all('double')).toHaveLength(700)
  })

  it('takes the fields of the hub’s own collections as what they are, lists too, and gives them back', async () => {
    const lines = [{ description: 'a "wheel"', quantity: '2', amount: '-12.50' }]
    const rows = [
      'number,date,total,taxInclusive,status,lines',
      `1,2026-01-31,-12.50,yes,open,"${JSON.stringify(lines).replaceAll('"', '""')}"`,
      ...['2,31.01.2026,1,no,open,', '3,,1e3,no,open,', '4,,,maybe,open,', '5,,,,lost,', '6,,,,,{}', '7,,,,,[{'],
    ]
    const { body } = await put('collection=invoices&match=number', rows.join('\n'))
    expect([body.created, body.data.map(({ column }) => column)]).toEqual([
      1,
      ['date', 'total', 'taxInclusive', 'status', 'lines', 'lines'],
    ])
    const [invoice] = await all('invoices')
    expect(invoice!.data).toEqual({
      ...{ number: '1', date: '2026-01-31', total: '-12.50', taxInclusive: true, status: 'open', lines },
    })
    const found = async (query: string) =>
      (await workspace.request('GET', `/v1/records?collection=invoices&${query}`)).body.data.length
    expect([await found('filter[total]=-12.5'), await found('filter[total][lt]=-12.6')]).toEqual([1, 0])
    const csv = await exported('collection=invoices&format=csv')
    expect((await put('collection=invoices', csv)).body).toMatchObject({ unchanged: 1, failed: 0 })
  })

  it('finds records of its own workspace and collection only', async () => {
    const { body } = await stranger.request<ShownRecord>('POST', '/v1/records', {
      collection: 'mine',
      data: { key: 'a' },
    })
    const [other] = await all('customers')
    const report = await put('collection=mine', `id,key\n${body.id},b\n${other!.id},b`)
    expect(report.body).toMatchObject({ failed: 2, updated: 0, created: 0 })
    expect((await put('collection=mine&match=key', 'key\na')).body).toMatchObject({ created: 1 })
    expect((await stranger.request<ShownRecord>('GET', `/v1/records/${body.id}`)).body.version).toBe(1)
  })

  it.each([
    ['nothing', ''],
    ['a name that is no field', 'a b;c\nx'],
    ['a column twice', 'a,a\nx,y'],
    ['a field and a part of it', 'a,a.b\nx,y'],
    ['a quote that does not end', 'a\n"x'],
    ['a prototype', '__proto__.x\ny'],
    ['bytes that are no UTF-8', Buffer.from([0x61, 0x0a, 0xff])],
    ['too many rows', `a\n${'x\n'.repeat(20_001)}`],
  ])('refuses a file with %s', async (_what, file) => {
    const { status, body } = await put('collection=odd', file)
    expect([status, body.error.code]).toEqual([400, 'INVALID_REQUEST'])
    expect(await all('odd')).toEqual([])
  })

  it('refuses what is no file, or too large, and takes a text in JSON', async () => {
    expect((await put('collection=odd', `a\n${'x'.repeat(8 * 1024 * 1024)}`)).status).toBe(413)
    const url = '/v1/records/import?collection=json'
    expect((await workspace.request('POST', url, 'x', { 'content-type': 'text/plain' })).status).toBe(415)
    expect((await workspace.request<Report>('POST', url, { csv: 'a\n1\n' })).body).toMatchObject({ created: 1 })
  })
})
