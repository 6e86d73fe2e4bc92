import { Definitions } from '../../../src/catalogue/definitions.ts'
import { googleSheets } from '../../../src/catalogue/platforms/google-sheets/index.ts'
import { notion } from '../../../src/catalogue/platforms/notion/index.ts'
import type { ProviderDefinition } from '../../../src/catalogue/schema/definition.ts'
import { ownSandbox } from '../../connections/accounts.ts'
import { createTestHub } from '../../support/hub.ts'
import { startTestWorkers } from '../../support/workers.ts'
import { createSync, patch, records, run, type Company } from '../company.ts'
import { connectedAccount } from './connected.ts'
import { notionPerson, sheetPerson, sides, type Person, type Values } from './table-sides.ts'

// Tables whose columns a workspace maps by itself, both ways, in the platforms' own wire format.

// What a platform refuses for its limit is tried below; sixty calls a minute would only make the rest wait.
const limits: ProviderDefinition['limits'] = [
  { kind: 'calls-per-window', per: 'connection', permits: 6_000, window: '1m' },
]
const hub = await createTestHub({
  environment: { LOG_LEVEL: process.env.SYNC_TEST_LOG ?? 'silent' },
  definitions: new Definitions({ catalogue: [notion, { ...googleSheets, limits }] }),
})
await startTestWorkers(hub)
const sandbox = await ownSandbox()
const nothing = { created: 0, updated: 0, deleted: 0, pushed: 0, conflicts: 0, failed: 0 }

describe.each(sides)('$model of $provider', side => {
  const { provider, model, method, collection, count, named, text, other } = side
  let company: Company
  let person: Person
  let syncId: string

  beforeAll(async () => {
    company = await connectedAccount(hub, sandbox, provider, method)
    const table = await side.table(company)
    person = table.person
    const { config, mapping } = table
    syncId = await createSync(company, { model, config, mapping, direction: 'both', conflictPolicy: 'provider' })
  })

  const runOnce = (body?: Values) => run(company, syncId, body)
  const nameOf = (n: number) => side.ours(n)[named]
  const nth = async (n: number) => {
    const all = await records(company, '&deleted=true', collection)
    const found = all.find(({ data }) => data[named] === nameOf(n))
    if (!found) throw new Error(`no record of ${String(nameOf(n))}`)
    return found
  }
  const rowOf = async (n: number) => (await person.rows()).find(row => row[named] === nameOf(n))
  const make = (all: Values[]) =>
    company.workspace.request<{ data: { id: string }[] }>('POST', '/v1/records/bulk', {
      ...{ collection, records: all.map(data => ({ data })) },
    })

  it('are pulled page by page, once, and then as they change', async () => {
    const ids = await person.many(Array.from({ length: count }, (_, n) => n))
    expect(await runOnce()).toMatchObject({
      ...{ status: 'succeeded', full: true },
      counts: { ...nothing, created: count },
    })
    expect((await nth(7)).data).toMatchObject(side.ours(7))
    expect(await runOnce()).toMatchObject({ full: !side.hasFeed, counts: nothing })
    await person.change(ids[7]!, { [text]: 'Theirs' })
    expect(await runOnce()).toMatchObject({ full: !side.hasFeed, counts: { ...nothing, updated: 1 } })
    expect((await nth(7)).data).toMatchObject({ ...side.ours(7), [text]: 'Theirs' })
  })

  it('are pushed once each, emptied too, and what is refused holds nothing else back', async () => {
    const made = await make([side.ours(1001), side.ours(1002), side.refused])
    expect((await runOnce()).counts).toMatchObject({ created: 0, pushed: 2, failed: 1 })
    expect(await rowOf(1002)).toMatchObject(side.ours(1002))
    const { body } = await company.workspace.request('GET', `/v1/syncs/${syncId}/errors`)
    const bad = made.body.data[2]!.id
    expect(body.data).toMatchObject([{ recordId: bad, code: 'PROVIDER_REJECTED' }])
    await company.workspace.request('DELETE', `/v1/records/${bad}`)
    // Our own writes come back by the list, and are no news.
    expect((await runOnce()).counts).toMatchObject(nothing)
    const rest = Object.keys(side.ours(0)).filter(name => name !== named && typeof side.ours(0)[name] !== 'boolean')
    await patch(company, made.body.data[0]!.id, Object.fromEntries(rest.map(name => [name, null])))
    expect((await runOnce()).counts).toMatchObject({ created: 0, pushed: 1, failed: 0 })
    const row = (await rowOf(1001))!
    expect(rest.filter(name => ![undefined, null, ''].includes(row[name] as null) && String(row[name]) !== '')).toEqual(
      [],
    )
    expect((await runOnce({ full: true })).counts).toMatchObject(nothing)
  })

  it('take changes of different fields from both sides, and one of both by the policy', async () => {
    const { id } = (await rowOf(8))!
    await patch(company, (await nth(8)).id, { [text]: 'Ours', [other]: 'Low' })
    await person.change(id, { [text]: 'Theirs too' })
    expect((await runOnce()).counts).toMatchObject({ updated: 1, pushed: 1, conflicts: 1 })
    expect(await rowOf(8)).toMatchObject({ [text]: 'Theirs too', [other]: 'Low' })
    expect((await nth(8)).data).toMatchObject({ [text]: 'Theirs too', [other]: 'Low' })
    expect((await runOnce()).counts).toMatchObject(nothing)
  })

  it('lose no edit that nobody had seen when one of the hub was written, of another field or of the same', async () => {
    const { id } = (await rowOf(9))!
    await company.workspace.request('PATCH', `/v1/syncs/${syncId}`, { direction: 'push' })
    await person.change(id, { [other]: 'Unseen' })
    const disputed = (await rowOf(10))!.id
    await person.change(disputed, { [text]: 'Unseen' })
    await patch(company, (await nth(9)).id, { [text]: 'Ours' })
    await patch(company, (await nth(10)).id, { [text]: 'Ours', [other]: 'Ours' })
    expect((await runOnce()).counts).toMatchObject({ pushed: 2, conflicts: 1, failed: 0 })
    expect(await rowOf(9)).toMatchObject({ [text]: 'Ours', [other]: 'Unseen' })
    expect(await rowOf(10)).toMatchObject({ [text]: 'Unseen', [other]: 'Ours' })
    await company.workspace.request('PATCH', `/v1/syncs/${syncId}`, { direction: 'both' })
    await runOnce()
    expect((await nth(9)).data).toMatchObject({ [text]: 'Ours', [other]: 'Unseen' })
  })

  it('are deleted there when they are here, and here when they are there', async () => {
    const gone = (await rowOf(11))!
    await person.remove(gone.id)
    await company.workspace.request('DELETE', `/v1/records/${(await nth(12)).id}`)
    const told = await runOnce()
    expect(told).toMatchObject({ full: !side.hasFeed, counts: { deleted: 1, pushed: 1, failed: 0 } })
    expect((await nth(11)).deletedAt).not.toBeNull()
    expect(await rowOf(12)).toBeUndefined()
    expect((await rowOf(13))!).toMatchObject(side.ours(13))
    expect((await runOnce({ full: true })).counts).toMatchObject(nothing)
  })

  it('are written later where the platform has had enough', async () => {
    await patch(company, (await nth(14)).id, { [text]: 'After the wait' })
    const fault = { platform: provider, path: side.writes, kind: '429' as const, times: 1, retryAfterSeconds: 1 }
    await sandbox.control.addFault(fault)
    expect(await runOnce()).toMatchObject({ status: 'succeeded', counts: { pushed: 1, failed: 0 } })
    expect(await rowOf(14)).toMatchObject({ ...side.ours(14), [text]: 'After the wait' })
    expect((await sandbox.control.faults()).filter(({ met }) => met === 1)).toHaveLength(1)
    await sandbox.control.clearFaults()
  })
})

describe('Notion', () => {
  const connected = async () => {
    const company = await connectedAccount(hub, sandbox, 'notion', 'secret')
    return { company, ...(await notionPerson(company)) }
  }
  type Connected = Awaited<ReturnType<typeof connected>>
  const many = async ({ call, source, told }: Connected, names: string[]) => {
    const rows = names.map(name => told({ title: name }))
    return ((await call('POST', `/data-sources/${source}/pages`, { many: rows })) as { ids: string[] }).ids
  }
  const syncOf = ({ company, source }: Connected, settings: Values = {}) =>
    createSync(company, { model: 'pages', direction: 'both', config: { dataSource: source }, ...settings })

  it('ends a query early without an error: what is behind is asked for, and nothing is taken for deleted', async () => {
    const at = await connected()
    await many(at, ['A', 'B', 'C'])
    const syncId = await syncOf(at)
    expect((await run(at.company, syncId)).counts).toMatchObject({ created: 3 })
    // All of one minute: nothing leads past them.
    await at.call('PATCH', `/data-sources/${at.source}`, { limit: 2 })
    expect(await run(at.company, syncId, { full: true })).toMatchObject({
      ...{ status: 'failed', errorCode: 'PROVIDER_LIST_ENDLESS' },
      counts: { deleted: 0 },
    })
    await at.call('PATCH', `/data-sources/${at.source}`, { limit: null })
    expect(await run(at.company, syncId, { full: true })).toMatchObject({ status: 'succeeded', counts: nothing })
  })

  it('reads a property that was removed as no empty one, and brings a page back out of the trash', async () => {
    const at = await connected()
    const { company } = at
    const mapping = [{ field: 'project', path: 'properties.Project.rich_text', transform: { kind: 'text', pieces: 'plain_text', written: 'text.content' } }] // prettier-ignore
    const [id] = await many(at, ['Keeps'])
    const syncId = await syncOf(at, { mapping })
    await run(company, syncId)
    const [record] = await records(company, '', 'tasks')
    expect(record!.data).toMatchObject({ title: 'Keeps' })
    const { body } = await company.workspace.request('GET', `/v1/syncs/${syncId}/errors`)
    expect(body.data).toMatchObject([{ recordId: record!.id, fields: [{ path: 'project', code: 'FIELD_UNFIT' }] }])
    await patch(company, record!.id, { project: 'Bridge', title: 'Kept' })
    expect((await run(company, syncId)).counts).toMatchObject({ pushed: 1, failed: 0 })
    expect((await records(company, '', 'tasks'))[0]!.data).toMatchObject({ project: 'Bridge', title: 'Kept' })
    await company.workspace.request('DELETE', `/v1/records/${record!.id}`)
    expect((await run(company, syncId)).counts).toMatchObject({ pushed: 1 })
    await at.call('PATCH', `/pages/${id}`, { in_trash: false })
    await run(company, syncId)
    expect((await records(company, '', 'tasks'))[0]).toMatchObject({ deletedAt: null, data: { title: 'Kept' } })
  })

  it('tells a text that is longer than a piece holds as several, and one clash of writes is written again', async () => {
    const at = await connected()
    const { company } = at
    const syncId = await syncOf(at)
    const long = `${'x'.repeat(1_999)}🌉${'y'.repeat(3_000)}`
    const { body } = await company.workspace.request<{ id: string }>('POST', '/v1/records', {
      ...{ collection: 'tasks', data: { title: long } },
    })
    expect((await run(company, syncId)).counts).toMatchObject({ pushed: 1, failed: 0 })
    expect((await run(company, syncId, { full: true })).counts).toMatchObject(nothing)
    await patch(company, body.id, { title: 'Short' })
    await sandbox.control.addFault({
      ...{ platform: 'notion', path: '/v1/pages', method: 'PATCH', kind: 'answer', times: 1 },
      ...{ status: 409, body: { object: 'error', status: 409, code: 'conflict_error', message: 'Conflict' } },
    })
    expect((await run(company, syncId)).counts).toMatchObject({ pushed: 1, failed: 0 })
    const pages = (await at.call('GET', `/data-sources/${at.source}/pages`)) as { properties: Values }[]
    expect(pages).toHaveLength(1)
    expect(JSON.stringify(pages[0]!.properties)).toContain('Short')
    await sandbox.control.clearFaults()
  })
})

describe('Google Sheets', () => {
  const connected = async (rows: unknown[][]) => {
    const company = await connectedAccount(hub, sandbox, 'google-sheets', 'oauth')
    const sheet = await sheetPerson(company, 50)
    await sheet.set(
      rows.flatMap((row, down) => row.map((cell, across): [number, number, unknown] => [down, across, cell])),
    )
    const syncId = await createSync(company, {
      ...{ model: 'rows', direction: 'both', config: sheet.config, conflictPolicy: 'provider' },
      mapping: [{ field: 'email', path: 'cells.E-mail', transform: { kind: 'any-text' } }],
    })
    return { company, sheet, syncId, errors: () => company.workspace.request('GET', `/v1/syncs/${syncId}/errors`) }
  }
  const head = ['ID', 'Name', 'E-mail']
  const namesOf = async (company: Company) =>
    (await records(company, '', 'contacts')).map(({ data }) => data.displayName).sort()

  it('has rows of one key that are an issue and are not written, and rows without one that are listed', async () => {
    const { company, sheet, syncId, errors } = await connected([head, [1, 'Ada'], [2, 'Grace'], [], ['', 'Keyless']])
    expect((await run(company, syncId)).counts).toMatchObject({ created: 2, failed: 1 })
    await sheet.set([[4, 0, 2]])
    const ada = (await records(company, '', 'contacts')).find(({ data }) => data.displayName === 'Ada')!
    const grace = (await records(company, '', 'contacts')).find(({ data }) => data.displayName === 'Grace')!
    await patch(company, grace.id, { email: 'grace@example.com' })
    await patch(company, ada.id, { email: 'ada@example.com' })
    expect((await run(company, syncId)).counts).toMatchObject({ created: 0, updated: 0, deleted: 0, pushed: 1 })
    expect((await errors()).body.data).toMatchObject([{ recordId: grace.id }])
    expect((await sheet.rows()).map(row => row[2])).toEqual([
      'E-mail',
      'ada@example.com',
      undefined,
      undefined,
      undefined,
    ])
    await sheet.set([[4, 0, 3]])
    expect((await run(company, syncId)).counts).toMatchObject({ created: 1, deleted: 0, failed: 0 })
    expect(await namesOf(company)).toEqual(['Ada', 'Grace', 'Keyless'])
  })

  it('finds its rows by their keys, wherever they have moved, behind empty ones too', async () => {
    const { company, sheet, syncId } = await connected([head, ['a', 'Ada'], [], [], ['b', 'Grace']])
    await run(company, syncId)
    await sheet.call('PATCH', sheet.at, { insert: 1 })
    const all = await records(company, '', 'contacts')
    for (const { id, data } of all) await patch(company, id, { email: `${String(data.displayName)}@example.com` })
    const counts = { pushed: 2, created: 0, deleted: 0, failed: 0 }
    expect((await run(company, syncId)).counts).toMatchObject(counts)
    const made = await company.workspace.request<{ id: string }>('POST', '/v1/records', {
      ...{ collection: 'contacts', data: { displayName: 'Lin' } },
    })
    expect((await run(company, syncId)).counts).toMatchObject({ pushed: 1, created: 0, failed: 0 })
    const rows = (await sheet.rows()).slice(1).filter(row => row.length > 0)
    expect(rows.toSorted((a, b) => String(a[1]).localeCompare(String(b[1])))).toEqual([
      ['a', 'Ada', 'Ada@example.com'],
      ['b', 'Grace', 'Grace@example.com'],
      [made.body.id, 'Lin'],
    ])
    expect((await run(company, syncId)).counts).toMatchObject(nothing)
  })

  it('makes a row once, though the answer was lost', async () => {
    const { company, sheet, syncId } = await connected([head, ['a', 'Ada']])
    await run(company, syncId)
    const { platform, path } = { platform: 'google-sheets', path: '/append$/' }
    await sandbox.control.addFault({ platform, path, kind: 'drop-answer', times: 1 })
    await company.workspace.request('POST', '/v1/records', { collection: 'contacts', data: { displayName: 'Lin' } })
    await run(company, syncId)
    await hub.pool.query(`update push_calls set sent_at = sent_at - interval '61 seconds' where sync_id = $1`, [syncId])
    await run(company, syncId)
    expect((await sheet.rows()).map(row => row[1])).toEqual(['Name', 'Ada', 'Lin'])
    expect(await namesOf(company)).toEqual(['Ada', 'Lin'])
    expect((await run(company, syncId)).counts).toMatchObject(nothing)
    await sandbox.control.clearFaults()
  })

  it('loses nothing by a column, a tab or a sheet that is not there any more', async () => {
    const { company, sheet, syncId } = await connected([head, ['a', 'Ada', 'ada@example.com']])
    await run(company, syncId)
    await sheet.set([[0, 2, 'Renamed']])
    expect(await run(company, syncId)).toMatchObject({ status: 'succeeded', counts: { deleted: 0 } })
    expect((await records(company, '', 'contacts'))[0]!.data).toMatchObject({ email: 'ada@example.com' })
    await sheet.set([[0, 0, 'Number']])
    expect(await run(company, syncId)).toMatchObject({ status: 'failed', errorCode: 'PROVIDER_REJECTED' })
    await sheet.call('PUT', '', { id: sheet.config.spreadsheet, title: 'Other', rowCount: 5, rows: [] })
    expect(await run(company, syncId)).toMatchObject({ status: 'failed', counts: { deleted: 0 } })
    expect(await namesOf(company)).toEqual(['Ada'])
  })
})
