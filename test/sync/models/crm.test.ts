import { ownSandbox } from '../../connections/accounts.ts'
import { createTestHub } from '../../support/hub.ts'
import { startTestWorkers } from '../../support/workers.ts'
import { createSync, patch, records, run } from '../company.ts'
import { connectCrm, personAt, sides, type Crm, type Values } from './crm.ts'

// The same is asked of each model of the CRMs, in the platform's own wire format.

const hub = await createTestHub()
await startTestWorkers(hub)
const sandbox = await ownSandbox()
const nothing = { created: 0, updated: 0, deleted: 0, pushed: 0, conflicts: 0, failed: 0 }

describe.each(sides)('$provider $model', side => {
  const { provider, model, collection } = side
  const [text, theirText] = side.text
  const [other, theirOther] = side.other
  let crm: Crm
  let person: ReturnType<typeof personAt>
  let syncId: string
  beforeAll(async () => {
    crm = await connectCrm(hub, sandbox, provider)
    person = personAt(crm, side)
    syncId = await createSync(crm, { model, direction: 'both', conflictPolicy: 'provider' })
  })
  const runOnce = (body?: Values) => run(crm, syncId, body)
  const all = (query = '') => records(crm, query, collection)
  const nth = async (n: number) => {
    const [path, value] = Object.entries(side.ours(n))[
      model === 'companies' || model === 'accounts' || model === 'deals' ? 0 : 1
    ]!
    const found = (await all('&deleted=true')).find(({ data }) => data[path] === value)
    if (!found) throw new Error(`no record ${String(value)}`)
    return found
  }
  const itemWith = async (values: Values) => {
    const [[name, value]] = Object.entries(values) as [[string, unknown]]
    return (await person.list()).find(item => (item as Values)[name] === value) as (Values & { id: string }) | undefined
  }
  const itemOf = async (n: number) => {
    const entries = Object.entries(side.theirs(n))
    const [name, value] = entries.find(([, said]) => String(said).includes(String(n)))!
    return (await itemWith({ [name]: value }))!
  }

  it('is pulled page by page, once, and then by what has changed', async () => {
    if (provider === 'salesforce') await crm.control('', 'PATCH', { page: 50 })
    await person.many(Array.from({ length: 120 }, (_, n) => side.theirs(n)))
    expect(await runOnce()).toMatchObject({ status: 'succeeded', full: true, counts: { ...nothing, created: 120 } })
    expect((await nth(7)).data).toMatchObject(side.ours(7))
    expect(await runOnce()).toMatchObject({ full: false, counts: nothing })
    const { id } = await itemOf(7)
    await person.change(id, { [theirText]: 'Theirs' })
    expect(await runOnce()).toMatchObject({ full: false, counts: { ...nothing, updated: 1 } })
    expect((await nth(7)).data[text]).toBe('Theirs')
  })

  it('is pushed to in batches, and what is refused holds nothing else back', async () => {
    const rows = [...[201, 202, 203].map(n => ({ data: side.ours(n) })), { data: side.refused.data }]
    const made = await crm.workspace.request<{ data: { id: string }[] }>('POST', '/v1/records/bulk', {
      ...{ collection, records: rows },
    })
    expect((await runOnce()).counts).toMatchObject({ ...nothing, pushed: 3, failed: 1 })
    expect(await itemOf(202)).toMatchObject(side.theirs(202))
    const { body } = await crm.workspace.request('GET', `/v1/syncs/${syncId}/errors`)
    expect(body.data.map(({ recordId, code }: Values) => [recordId, code])).toEqual([
      [made.body.data[3]!.id, side.refused.code],
    ])
    // Our own writes come back by the feed, and are no news.
    expect((await runOnce()).counts).toMatchObject(nothing)
    await crm.workspace.request('DELETE', `/v1/records/${made.body.data[3]!.id}`)
  })

  it('takes changes of different fields from both sides, and settles one of both by the policy', async () => {
    const { id } = await itemOf(8)
    await patch(crm, (await nth(8)).id, { [text]: 'Ours', [other]: 'MYR' })
    await person.change(id, { [theirText]: 'Theirs too' })
    expect((await runOnce()).counts).toMatchObject({ updated: 1, pushed: 1, conflicts: 1 })
    expect(await itemWith({ [theirText]: 'Theirs too' })).toMatchObject({ id, [theirOther]: 'MYR' })
    expect((await all()).find(({ data }) => data[text] === 'Theirs too')?.data).toMatchObject({ [other]: 'MYR' })
    expect((await runOnce()).counts).toMatchObject(nothing)
  })

  if (side.normalised) {
    const { hub: said, platform, becomes } = side.normalised
    it('knows its own write again however the platform has written it', async () => {
      await patch(crm, (await nth(9)).id, said)
      expect((await runOnce()).counts).toMatchObject({ pushed: 1, failed: 0 })
      expect(await itemWith({ [platform]: becomes })).toBeDefined()
      expect((await runOnce()).counts).toMatchObject({ pushed: 0, conflicts: 0 })
      expect((await runOnce({ full: true })).counts).toMatchObject({ pushed: 0, updated: 0, conflicts: 0 })
    })
  }

  it('is told of what was deleted in the hub, and tells what was deleted there', async () => {
    const [gone, kept] = [await itemOf(11), await itemOf(12)]
    await person.remove(gone.id)
    await crm.workspace.request('DELETE', `/v1/records/${(await nth(12)).id}`)
    const byFeed = await runOnce()
    expect(byFeed.counts).toMatchObject({ pushed: 1, failed: 0 })
    expect(await itemWith({ id: kept.id })).toBeUndefined()
    if (provider === 'hubspot') await runOnce({ full: true })
    expect((await nth(11)).deletedAt).not.toBeNull()
    expect((await runOnce()).counts).toMatchObject(nothing)
  })

  // What follows goes for all models of a platform alike.
  if (model !== 'contacts') return

  it('loses no edit that nobody had seen when its own was written, though the platform knows no versions', async () => {
    const own = await connectCrm(hub, sandbox, provider)
    const pushing = await createSync(own, { model, direction: 'push', conflictPolicy: 'provider' })
    const made = await own.workspace.request<{ data: { id: string }[] }>('POST', '/v1/records/bulk', {
      ...{ collection, records: [1, 2, 3].map(n => ({ data: side.ours(n) })) },
    })
    expect((await run(own, pushing)).counts).toMatchObject({ pushed: 3, failed: 0 })
    const there = personAt(own, side)
    const items = (await there.list()) as (Values & { id: string })[]
    const edited = items.find(item => Object.values(item).some(value => String(value).endsWith('1')))!
    await there.change(edited.id, { [theirText]: 'Unseen' })
    for (const { id } of made.body.data) await patch(own, id, { [text]: 'Ours', [other]: 'MYR' })
    expect((await run(own, pushing)).counts).toMatchObject({ pushed: 3, conflicts: 1, failed: 0 })
    const after = (await there.list()) as Values[]
    expect(after.filter(item => item[theirOther] === 'MYR')).toHaveLength(3)
    expect(after.map(item => item[theirText]).toSorted()).toEqual(['Ours', 'Ours', 'Unseen'])
  })

  it('waits where the platform has had enough, and loses nothing', async () => {
    await patch(crm, (await nth(13)).id, { [text]: 'After the wait' })
    const { id } = await sandbox.control.addFault({
      platform: provider,
      kind: '429',
      path: side.writes,
      times: 1,
      retryAfterSeconds: 1,
    })
    expect(await runOnce()).toMatchObject({ status: 'succeeded', counts: { pushed: 1, failed: 0 } })
    expect(await itemWith({ [theirText]: 'After the wait' })).toBeDefined()
    expect((await sandbox.control.faults()).find(fault => fault.id === id)).toMatchObject({ met: 1 })
  })
})
