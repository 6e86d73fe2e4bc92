import { connectedCompany, patch, run } from '../company.ts'
import { keyedBooks, type Values } from './book-accounts.ts'
import { casesBegun, made, recordId, recordNamed, runOf } from './book-cases.ts'
import { autocountSides, sqlSides } from './keyed-sides.ts'

// What a sync of each model of SQL Accounting and AutoCount does, both ways, in the platforms' own wire format.

const { hub, sandbox } = await connectedCompany(0)
const { control } = sandbox

// Each in books of its own.
const sqlBooks = await Promise.all([0, 1, 2].map(index => keyedBooks(hub, sandbox, 'sql-accounting', index)))
const sql = sqlBooks.map((books, index) => sqlSides(sandbox, books, recordId(books))[index]!)
const autocountBooks = await Promise.all([0, 1, 2].map(index => keyedBooks(hub, sandbox, 'autocount', index)))
const autocount = autocountBooks.map((books, index) => autocountSides(sandbox, books, recordId(books))[index]!)

describe.each([...sql, ...autocount].map(side => [side.title, side] as const))('%s', (_title, side) => {
  it.each(casesBegun(side))('%s', (_case, end) => end(), 120_000)
})

const invoicesOf = (sides: typeof sql) => sides.find(({ model }) => model === 'invoices')!

/** The calls of a platform's API, as `PUT /salesinvoice/7 400`. */
async function callsTo(platform: string, pattern: RegExp): Promise<string[]> {
  const all = (await control.requests()).map(({ method, path, status }) => `${method} ${path} ${status}`)
  return all.filter(call => call.includes(`/${platform}/`) && pattern.test(call))
}

describe('an invoice of SQL Accounting', () => {
  const side = invoicesOf(sql)

  it('is read by its key where its count of updates has risen, and only there: the list has no lines', async () => {
    const id = await side.make('Lines')
    await runOf(side)
    const { data } = await recordNamed(side, 'Lines')
    expect(data['lines']).toEqual([
      expect.objectContaining({ description: 'Roses', quantity: '3', unitPrice: '3.35', amount: '10.05' }),
    ])
    await control.forgetRequests()
    await runOf(side)
    expect(await callsTo('sql-accounting', /GET \S+\/salesinvoice\/\d+ /)).toEqual([])
    await side.edit(id, 'again')
    await runOf(side)
    expect(await callsTo('sql-accounting', /GET \S+\/salesinvoice\/\d+ /)).toHaveLength(1)
  })

  it('is read as a whole once a day, and where all is asked for', async () => {
    const { account, syncs } = side.books
    const readWhole = async (body?: Record<string, unknown>) => {
      await control.forgetRequests()
      expect((await run(account, syncs.invoices, body)).counts).toMatchObject({ updated: 0, failed: 0 })
      return (await callsTo('sql-accounting', /GET \S+\/salesinvoice\/\d+ 200/)).length
    }
    expect(await readWhole()).toBe(0)
    const all = await readWhole({ full: true })
    expect(all).toBeGreaterThan(1)
    expect(await readWhole()).toBe(0)
    await hub.pool.query(`update syncs set full_pass_at = full_pass_at - interval '1 day' where id = $1`, [
      syncs.invoices,
    ])
    expect(await readWhole()).toBe(all)
  })

  it('is refused an update with a count that is not the next, and told again with the one that is', async () => {
    const id = await side.make('Counted')
    await runOf(side)
    const { id: record } = await recordNamed(side, 'Counted')
    const sync = `/v1/syncs/${side.books.syncs.invoices}`
    await side.books.account.workspace.request('PATCH', sync, { direction: 'push' })
    await side.other!(id)
    await control.forgetRequests()
    await patch(side.books.account, record, { notes: 'told' })
    expect((await runOf(side)).counts).toMatchObject({ pushed: 1, failed: 0 })
    const puts = await callsTo('sql-accounting', /PUT /)
    expect(puts.map(call => call.slice(-3))).toEqual(['400', '200'])
    await side.books.account.workspace.request('PATCH', sync, { direction: 'both' })
  })

  it('is not made without lines, nor where its amounts are with tax', async () => {
    await made(side, { ...(await side.data('Bare')), lines: [] })
    await made(side, { ...(await side.data('With tax')), taxInclusive: true })
    expect((await runOf(side)).counts).toMatchObject({ pushed: 0, failed: 2 })
    expect(await Promise.all([side.find('Bare'), side.find('With tax')])).toEqual([undefined, undefined])
  })
})

describe('the lines of an invoice of SQL Accounting', () => {
  const side = invoicesOf(sql)
  const rows = [
    { description: 'Roses', qty: '3', unitprice: '3.35', tax: 'SV', uom: 'BUNCH', account: '500-000' },
    { description: 'Pots', qty: '1', unitprice: '2', uom: 'BOX' },
  ]
  const invoice = async (docno: string) => {
    const book = control.books('sql-accounting', side.books.id)
    const { code } = (await book.list('customer'))[0] ?? (await book.make('customer', { companyname: 'Liner' }))
    const { dockey } = await book.make('salesinvoice', { docno, docdate: '2026-03-01', code, sdsdocdetail: rows })
    await runOf(side)
    const { id, data } = await recordNamed(side, docno)
    const change = async (lines: Values[]) => {
      await patch(side.books.account, id, { lines })
      return (await runOf(side)).counts
    }
    const shown = async () => (await book.get('salesinvoice', String(dockey)))!['sdsdocdetail'] as Values[]
    return { id, lines: data['lines'] as Values[], change, shown }
  }

  it('are changed by their keys, come where the hub adds them, and keep what no field says', async () => {
    const { lines, change, shown } = await invoice('Changed lines')
    const [roses, pots] = await shown()
    const more = { description: 'Seeds', quantity: '2', unitPrice: '1.5', amount: '3.00' }
    const red = { ...lines[0], description: 'Red roses', accountCode: null, quantity: '4', amount: '13.40' }
    expect(await change([red, lines[1]!, more])).toMatchObject({ pushed: 1, failed: 0 })
    expect(await shown()).toMatchObject([
      { dtlkey: roses!['dtlkey'], description: 'Red roses', qty: '4', amount: '13.40', uom: 'BUNCH', account: '' },
      { dtlkey: pots!['dtlkey'], description: 'Pots', uom: 'BOX' },
      { description: 'Seeds', amount: '3.00' },
    ])
    expect((await runOf(side)).counts).toMatchObject({ pushed: 0, updated: 0, failed: 0 })
  })

  it('are not told where one is taken out, which the record is listed for until it has as many again', async () => {
    const { id, lines, change, shown } = await invoice('Fewer lines')
    const errorsOf = async () => {
      const { workspace } = side.books.account
      const { data } = (await workspace.request('GET', `/v1/syncs/${side.books.syncs.invoices}/errors`)).body
      return (data as { recordId: string; fields: unknown }[]).filter(({ recordId }) => recordId === id)
    }
    expect(await change([lines[0]!])).toMatchObject({ pushed: 0, failed: 0 })
    expect(await errorsOf()).toMatchObject([{ fields: [{ path: 'lines', code: 'FIELD_UNTOLD' }] }])
    expect(await shown()).toHaveLength(2)
    expect(
      await change([{ description: 'Seeds', quantity: '1', unitPrice: '9', amount: '9.00' }, lines[0]!]),
    ).toMatchObject({
      pushed: 1,
    })
    expect((await shown()).map(({ description }) => description).sort()).toEqual(['Roses', 'Seeds'])
    expect(await errorsOf()).toEqual([])
  })
})

describe('an invoice of AutoCount', () => {
  const side = invoicesOf(autocount)
  const line = { quantity: '1', unitPrice: '2.50', amount: '2.50' }
  const invoice = async (number: string, lines: Values[]) => {
    const record = await made(side, { ...(await side.data(number)), lines })
    await runOf(side)
    const shown = async () =>
      (await control.books('autocount', side.books.id).get('invoice', number)) as Record<'master' | 'details', unknown>
    return { id: record.id, shown }
  }

  it('keeps its lines when something else of it is changed, and names its customer', async () => {
    const { id, shown } = await invoice('Two lines', [
      { description: 'Pots', ...line },
      { description: 'Roses', ...line },
    ])
    await patch(side.books.account, id, { notes: 'changed' })
    expect((await runOf(side)).counts).toMatchObject({ pushed: 1, failed: 0 })
    expect(await shown()).toMatchObject({
      master: { description: 'changed', debtorName: 'Someone', netTotal: 5 },
      details: [{ description: 'Pots' }, { description: 'Roses' }],
    })
  })

  it('has its lines changed, put in, taken out and moved by their places, each with what it alone knows of them', async () => {
    const { id, shown } = await invoice('Moving lines', [
      { description: 'Pots', ...line },
      { description: 'Roses', ...line },
    ])
    const book = control.books('autocount', side.books.id)
    await book.change('invoice', 'Moving lines', {
      master: {},
      details: [{ unit: 'BOX', deptNo: 'D1' }, { unit: 'BUNCH' }],
    })
    await runOf(side)
    const [pots, roses] = (await recordNamed(side, 'Moving lines')).data['lines'] as Values[]
    const change = async (lines: Values[]) => {
      await patch(side.books.account, id, { lines })
      expect((await runOf(side)).counts).toMatchObject({ pushed: 1, failed: 0 })
      expect((await runOf(side)).counts).toMatchObject({ pushed: 0, updated: 0, failed: 0 })
      return ((await shown()).details as Values[]).map(({ description, qty, unit, deptNo }) => [
        description,
        qty,
        unit ?? null,
        deptNo ?? null,
      ])
    }
    const seeds = { description: 'Seeds', quantity: '2', unitPrice: '1.50', amount: '3.00' }
    expect(await change([seeds, { ...roses, quantity: '3', amount: '7.50' }, pots!])).toEqual([
      ['Seeds', 2, null, null],
      ['Roses', 3, 'BUNCH', null],
      ['Pots', 1, 'BOX', 'D1'],
    ])
    expect(await change([pots!])).toEqual([['Pots', 1, 'BOX', 'D1']])
  })
})
