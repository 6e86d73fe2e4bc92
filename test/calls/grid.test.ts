import type { ListOf } from '../../src/catalogue/schema/items/pages.ts'
import { readItem } from '../../src/calls/read-item.ts'
import { readPages } from '../../src/calls/pages/read-pages.ts'
import { fullPass } from '../../src/calls/pages/model-pages.ts'
import { writeItems } from '../../src/calls/writes/write-items.ts'
import type { Write } from '../../src/calls/writes/write.ts'
import { startPlatform } from '../connections/platform.ts'
import { createTestHub } from '../support/hub.ts'
import { at, clientOf, definitionOf, modelOf } from './made.ts'

const hub = await createTestHub()
const platform = await startPlatform()

type Cells = unknown[][]

/** Answers as a spreadsheet with one sheet, of more rows than are used; `before` happens to its rows just before a write. */
function play(rows: Cells, before: () => void = () => undefined): void {
  platform.calls.length = 0
  platform.answerBy(call => {
    const { pathname } = new URL(call.path, platform.url)
    if (pathname === '/book')
      return { status: 200, body: { sheets: [sheetOf('Other', 1), sheetOf("Ada's", rows.length + 20)] } }
    const [, from, to] = /!(\d+):(\d+)$/.exec(decodeURIComponent(pathname)) ?? []
    if (call.method === 'GET') return { status: 200, body: { values: rows.slice(Number(from) - 1, Number(to)) } }
    before()
    const body = JSON.parse(call.body) as { data?: { range: string; values: Cells }[]; values?: Cells }
    if (pathname.endsWith(':append')) {
      rows.push(...body.values!)
      const updatedRange = `'Ada''s'!A${rows.length - body.values!.length + 1}:B${rows.length}`
      return { status: 200, body: { updates: { updatedRange, updatedData: { values: body.values } } } }
    }
    if (pathname.endsWith('/book:batchUpdate')) return { status: 200, body: {} }
    const responses = body.data!.map(({ range, values }) => {
      const row = Number(/!A(\d+)/.exec(range)![1]) - 1
      const now = values[0]!.map((value, column) => value ?? rows[row]?.[column] ?? '')
      rows[row] = now
      return { updatedData: { values: [now] } }
    })
    return { status: 200, body: { responses } }
  })
}

const sheetOf = (title: string, rowCount: number) => ({
  properties: { title, sheetId: title.length, gridProperties: { rowCount } },
})

const list: ListOf<'grid'> = { kind: 'grid', path: '/book', page: 2, sheet: "Ada's", headings: '2', key: 'Key' }
const model = modelOf({
  id: 'key',
  list,
  read: { path: '/book' },
  create: { kind: 'grid' },
  update: { kind: 'grid', sparse: 'cells', cleared: '' },
  delete: { kind: 'grid' },
  batch: { kind: 'grid', size: 10 },
  idempotency: { in: 'grid' },
  fields: [['displayName', 'cells.Name']],
})
const client = () => clientOf(hub, definitionOf({}), at(platform.url))
const never = AbortSignal.timeout(600_000)
const head = [['A title'], ['Key', 'Name', 'Twice', 'Twice']]

async function pagesFrom(cursor: string | null) {
  const pages: unknown[][] = []
  for await (const { items } of readPages(fullPass(client(), model), cursor, never)) pages.push(items)
  return pages
}

const write = (writes: Write[]) =>
  writeItems(
    client(),
    model,
    writes.map((one, index) => ({ name: `rec_${index}`, write: one })),
    'k',
    never,
  )
const update = (externalId: string, cells: object): Write => ({
  ...{ kind: 'update', externalId, version: null, body: { cells } },
})
const create = (cells: object): Write => ({ kind: 'create', body: { cells } })

describe('a sheet', () => {
  it('is read once, as rows that are named by their headings, and gone on with at a row', async () => {
    play([...head, ['a', 'Ada', 'x'], [], ['', 'Keyless'], [7, ''], ['b', 'Bo'], ['a', 'Again']])
    const ada = { key: 'a', row: 3, cells: { Key: 'a', Name: 'Ada' }, shared: true }
    const later = { key: 'b', row: 7, cells: { Key: 'b', Name: 'Bo' } }
    expect(await pagesFrom(null)).toEqual([
      [ada, { row: 5, cells: { Key: null, Name: 'Keyless' } }],
      [{ key: '7', row: 6, cells: { Key: 7, Name: null } }, later],
    ])
    expect(platform.calls).toHaveLength(2)
    expect(await pagesFrom('7')).toEqual([[later]])
    expect(await readItem(client(), model, 'b', never)).toEqual(later)
    expect(await readItem(client(), model, 'c', never)).toBeUndefined()
  })

  it.each([
    ['the sheet', { ...list, sheet: 'None' }],
    ['its column of keys', { ...list, key: 'Number' }],
    ['one column of keys', { ...list, key: 'Twice' }],
  ])('that has lost %s is not read as an empty one', async (_what, asked) => {
    play([...head, ['a', 'Ada']])
    const source = fullPass(client(), { ...model, list: asked })
    await expect(source.fetch(source.first, never)).rejects.toMatchObject({ code: 'PROVIDER_REJECTED' })
  })
})

describe('rows of a sheet', () => {
  it('are found by their keys just before they are written, of which each has its own answer', async () => {
    const rows: Cells = [...head, ['a', 'Ada'], ['b', 'Bo'], ['c', 'Cy'], ['c', 'Cy']]
    play(rows)
    const said = (message: string) => ({ kind: 'refused', why: 'rejected', said: { message } })
    expect(
      await write([
        update('b', { Name: 'Bob' }),
        update('c', { Name: 'x' }),
        update('d', { Name: 'x' }),
        update('a', { Twice: 'x' }),
        update('a', { Key: 'z' }),
        update('a', { Name: ['x'] }),
      ]),
    ).toMatchObject([
      { kind: 'written', item: { key: 'b', row: 4, cells: { Key: 'b', Name: 'Bob' } } },
      said('Rows 5, 6 have the key c.'),
      { kind: 'refused', why: 'missing' },
      said('The sheet has no column Twice, or several.'),
      said('The key of a row stays as it is.'),
      said('A cell of Name holds a text, a number, or yes or no.'),
    ])
    const { method, path, body } = platform.calls.at(-1)!
    expect([method, path]).toEqual(['POST', '/book/values:batchUpdate'])
    expect(JSON.parse(body)).toMatchObject({
      ...{ valueInputOption: 'RAW', data: [{ range: "'Ada''s'!A4:D4", values: [[null, 'Bob', null, null]] }] },
    })
    await write([
      { kind: 'delete', externalId: 'a', version: null },
      { kind: 'delete', externalId: 'b', version: null },
    ])
    const { requests } = JSON.parse(platform.calls.at(-1)!.body) as { requests: { deleteDimension: object }[] }
    expect(requests.map(({ deleteDimension }) => deleteDimension)).toMatchObject([
      { range: { sheetId: 5, startIndex: 3, endIndex: 4 } },
      { range: { sheetId: 5, startIndex: 2, endIndex: 3 } },
    ])
  })

  it('are made once: a repeat finds its row, and one of the same key with other cells is refused', async () => {
    const rows: Cells = [...head, ['a', 'Ada']]
    play(rows)
    const writes = [create({ Name: 'New' }), create({ Key: 'a', Name: 'Other' }), create({ Key: 'n', Name: 'N' })]
    const expected = [{ kind: 'written', item: { key: 'rec_0', row: 4 } }, { why: 'duplicate' }, { item: { key: 'n' } }]
    expect(await write(writes)).toMatchObject(expected)
    expect(await write(writes)).toMatchObject(expected)
    expect(rows).toHaveLength(5)
  })

  it.each([
    ['another row', () => ['z', 'Zoe', 'z']],
    ['an empty row', () => []],
  ])('that moved just before they were written leave %s as it was, and are looked at again', async (_what, other) => {
    const rows: Cells = [...head, ['a', 'Ada'], other(), ['b', 'Bo']]
    let isMoved = false
    play(rows, () => {
      if (!isMoved) rows.splice(2, 2, rows[3]!, rows[2]!)
      isMoved = true
    })
    expect(await write([update('a', { Name: 'x' })])).toEqual([{ kind: 'refused', why: 'stale' }])
    expect(rows.slice(2).map(row => row.filter(cell => cell !== ''))).toEqual([other(), ['a', 'Ada'], ['b', 'Bo']])
  })
})
