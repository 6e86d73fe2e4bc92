import { eventually } from '../../connections/accounts.ts'
import { connectedCompany, patch, records, type ShownRecord } from '../company.ts'
import { quickbooksBooks, xeroBooks, type Books, type Model } from './book-accounts.ts'
import { quickbooksSides, xeroSides, type Side } from './book-sides.ts'

// What a sync of each model of QuickBooks and Xero does, both ways, in the platforms' own wire format.

const { hub, sandbox } = await connectedCompany(0)
const quickbooks = await quickbooksBooks(hub, sandbox)

const recordsOf = ({ account }: Books, model: Model, query = '') => records(account, query, model)

const recordId = (books: Books) => async (model: Model, field: string, name: string) => {
  const look = async () => (await recordsOf(books, model)).find(({ data }) => data[field] === name)?.id
  const found = await look()
  if (found !== undefined) return found
  await books.run(model)
  return (await look())!
}

const sides = quickbooksSides(sandbox, quickbooks, recordId(quickbooks))
// Each of an organisation of its own: one may be called sixty times a minute.
for (const index of [0, 1, 2, 3]) {
  const xero = await xeroBooks(hub, sandbox)
  sides.push(xeroSides(sandbox, xero, recordId(xero))[index]!)
}

const runOf = async ({ books, model }: Side) => (await books.run(model))[0]!

async function recordNamed({ books, model, named }: Side, name: string, query = ''): Promise<ShownRecord> {
  const found = (await recordsOf(books, model, query)).find(({ data }) => data[named] === name)
  if (!found) throw new Error(`no record named ${name}`)
  return found
}

async function made({ books, model }: Side, data: Record<string, unknown>): Promise<ShownRecord> {
  const { workspace } = books.account
  const { status, body } = await workspace.request<ShownRecord>('POST', '/v1/records', { collection: model, data })
  if (status !== 201) throw new Error(`not made: ${JSON.stringify(body)}`)
  return body
}

describe.each(sides.map(side => [side.title, side] as const))('%s', (_title, side) => {
  const { text } = side
  const isEditable = text !== undefined

  it('come as they are, and as a person changes them', async () => {
    const id = await side.make('Pulled')
    expect((await runOf(side)).status).toMatch(/succeeded|completed/)
    const record = await recordNamed(side, 'Pulled')
    if (!isEditable) return
    await side.edit(id, '2026-03-09')
    await runOf(side)
    const now = await recordNamed(side, 'Pulled')
    expect([now.id, now.data[text]]).toEqual([record.id, '2026-03-09'])
  })

  it('go as the hub makes and changes them, once each, and their echo is none', async () => {
    const record = await made(side, await side.data('Pushed'))
    expect((await runOf(side)).counts).toMatchObject({ failed: 0, pushed: 1 })
    const id = await eventually('the thing that was made', () => side.find('Pushed'))
    if (isEditable) {
      await patch(side.books.account, record.id, { [text]: '2026-03-10' })
      expect((await runOf(side)).counts).toMatchObject({ failed: 0, pushed: 1 })
      expect(await side.show(id)).toMatchObject({ text: '2026-03-10' })
    }
    const { version } = await recordNamed(side, 'Pushed')
    for (let again = 0; again < 2; again++) {
      expect((await runOf(side)).counts).toMatchObject({ pushed: 0, created: 0, updated: 0, failed: 0 })
    }
    expect((await recordNamed(side, 'Pushed')).version).toBe(version)
  })

  it('are settled by the policy where both sides changed one field', async () => {
    if (!isEditable) return
    const id = await side.make('Disputed')
    await runOf(side)
    await patch(side.books.account, (await recordNamed(side, 'Disputed')).id, { [text]: '2026-01-01' })
    await side.edit(id, '2026-02-02')
    expect((await runOf(side)).counts).toMatchObject({ conflicts: 1, pushed: 0 })
    expect((await recordNamed(side, 'Disputed')).data[text]).toBe('2026-02-02')
  })

  it('are deleted on the other side when they are on one', async () => {
    const [gone, dropped] = [await side.make('Gone'), await side.make('Dropped')]
    await runOf(side)
    const record = await recordNamed(side, 'Dropped')
    await side.remove(gone)
    const { workspace } = side.books.account
    await workspace.request('DELETE', `/v1/records/${record.id}`)
    if (side.isFoundGoneByList)
      await workspace.request('POST', `/v1/syncs/${side.books.syncs[side.model]}/runs`, { full: true })
    await eventually('the end of the run', async () => (await runOf(side)).counts !== undefined)
    expect(await side.show(dropped)).toBeUndefined()
    await expect(recordNamed(side, 'Gone')).rejects.toThrow()
  })

  it('go one by one when one of them is refused', async () => {
    const all = await Promise.all([side.data('Good 1'), side.refused('Bad'), side.data('Good 2')])
    for (const data of all) await made(side, data)
    expect((await runOf(side)).counts).toMatchObject({ pushed: 2, failed: 1 })
    expect(await Promise.all([side.find('Good 1'), side.find('Good 2')])).toEqual([
      expect.any(String),
      expect.any(String),
    ])
  })

  it('are looked at again where the platform has a newer version than the write was based on', async () => {
    if (!side.other) return
    const id = await side.make('Clashing')
    await runOf(side)
    const { workspace } = side.books.account
    const direct = (direction: string) =>
      workspace.request('PATCH', `/v1/syncs/${side.books.syncs[side.model]}`, { direction })
    await direct('push')
    await side.other(id)
    await patch(side.books.account, (await recordNamed(side, 'Clashing')).id, { [text!]: '2026-04-04' })
    expect((await runOf(side)).counts).toMatchObject({ pushed: 1, failed: 0 })
    expect(await side.show(id)).toMatchObject({ text: '2026-04-04' })
    await direct('both')
  })

  // One of each platform shows it: all are called in the same way.
  if (side.model !== 'customers') return

  it('wait where the platform says that it has enough', async () => {
    await side.slowDown()
    await made(side, await side.data('Later'))
    expect((await runOf(side)).counts).toMatchObject({ pushed: 1, failed: 0 })
    expect(await side.find('Later')).toEqual(expect.any(String))
  })
})
