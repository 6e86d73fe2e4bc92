import { connectedCompany, patch, run } from '../company.ts'
import { keyedBooks } from './book-accounts.ts'
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

describe('an invoice of AutoCount', () => {
  const side = invoicesOf(autocount)

  it('keeps its lines when something else of it is changed, and names its customer', async () => {
    const line = { quantity: '1', unitPrice: '2.50', amount: '2.50' }
    const lines = [
      { description: 'Pots', ...line },
      { description: 'Roses', ...line },
    ]
    const record = await made(side, { ...(await side.data('Two lines')), lines })
    await runOf(side)
    await patch(side.books.account, record.id, { notes: 'changed' })
    expect((await runOf(side)).counts).toMatchObject({ pushed: 1, failed: 0 })
    const row = await control.books('autocount', side.books.id).get('invoice', 'Two lines')
    expect(row).toMatchObject({
      master: { description: 'changed', debtorName: 'Someone', netTotal: 5 },
      details: [{ description: 'Pots' }, { description: 'Roses' }],
    })
  })
})
