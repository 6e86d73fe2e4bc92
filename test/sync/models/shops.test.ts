import { ownSandbox } from '../../connections/accounts.ts'
import { createTestHub } from '../../support/hub.ts'
import { startTestWorkers } from '../../support/workers.ts'
import { createSync, patch, records, run, type ShownRecord } from '../company.ts'
import { connectShop, type Values } from './shops.ts'
import { sides } from './shops-sides.ts'

// The same is asked of each model that the shops sync both ways, in the platform's own wire format.

const hub = await createTestHub()
await startTestWorkers(hub)
const sandbox = await ownSandbox()
const nothing = { created: 0, updated: 0, deleted: 0, pushed: 0, conflicts: 0, failed: 0 }
const first = 30

describe.each(sides)('$provider $model', side => {
  const { provider, model, collection, text, other } = side
  const connected = connectShop(hub, sandbox, provider)
  const person = connected.then(shop => side.person(shop))
  const sync = connected.then(shop => createSync(shop, { model, direction: 'both', conflictPolicy: 'provider' }))
  const runOnce = async (body?: Values) => run(await connected, await sync, body)
  const ids = new Map<number, string>()
  const [key] = Object.keys(side.ours(1)) as [string]
  const nth = async (n: number): Promise<ShownRecord> => {
    const all = await records(await connected, '&deleted=true', collection)
    const found = all.find(({ data }) => data[key] === side.ours(n)[key])
    if (!found) throw new Error(`no record ${n}`)
    return found
  }
  const make = async (data: Values): Promise<string> =>
    (await (await connected).workspace.request('POST', '/v1/records', { collection, data })).body.id
  /** The item that a record has at the platform. */
  const itemOf = async (recordId: string): Promise<string> => {
    const query = 'select external_id from record_links where record_id = $1 and sync_id = $2'
    const { rows } = await hub.pool.query<{ external_id: string }>(query, [recordId, await sync])
    return rows[0]!.external_id
  }

  it('is pulled as it is there, and then what has changed alone', async () => {
    const there = await person
    for (let n = 1; n <= first; n++) ids.set(n, await there.create(n))
    expect(await runOnce()).toMatchObject({ status: 'succeeded', full: true, counts: { ...nothing, created: first } })
    expect((await nth(7)).data).toMatchObject(side.ours(7))
    expect((await runOnce()).counts).toMatchObject(nothing)
    await there.change(ids.get(7)!, { [text]: 'Theirs' })
    expect((await runOnce()).counts).toMatchObject({ ...nothing, updated: 1 })
    expect((await nth(7)).data).toMatchObject({ ...side.ours(7), [text]: 'Theirs' })
    expect((await runOnce({ full: true })).counts).toMatchObject(nothing)
  })

  it('is pushed to, and what is refused holds nothing else back', async () => {
    const { workspace } = await connected
    const made = await Promise.all([201, 202].map(n => make(side.ours(n))))
    const bad = await make(side.refused.data)
    expect((await runOnce()).counts).toMatchObject({ created: 0, pushed: 2, conflicts: 0, failed: 1 })
    expect(await (await person).read(await itemOf(made[1]!))).toMatchObject(
      Object.fromEntries(
        Object.entries(side.ours(202)).filter(
          ([name]) => name !== 'currency' && (provider !== 'stripe' || name !== 'unitPrice'),
        ),
      ),
    )
    const { body } = await workspace.request('GET', `/v1/syncs/${await sync}/errors`)
    expect(body.data.map(({ recordId, code }: Values) => [recordId, code])).toEqual([[bad, side.refused.code]])
    await workspace.request('DELETE', `/v1/records/${bad}`)
    // Our own writes come back, and are no news.
    expect((await runOnce()).counts).toMatchObject(nothing)
    expect((await runOnce({ full: true })).counts).toMatchObject(nothing)
  })

  it('takes changes of different fields from both sides, and settles one of both by the policy', async () => {
    const [record, there] = [await nth(8), await person]
    await patch(await connected, record.id, { [text]: 'Ours', [other]: '5012345678900' })
    await there.change(ids.get(8)!, { [text]: 'Theirs too' })
    expect((await runOnce()).counts).toMatchObject({ pushed: 1, conflicts: 1, failed: 0 })
    expect(await there.read(ids.get(8)!)).toMatchObject({ [text]: 'Theirs too', [other]: '5012345678900' })
    const after = (await records(await connected, '', collection)).find(({ id }) => id === record.id)!
    expect(after.data).toMatchObject({ [text]: 'Theirs too', [other]: '5012345678900' })
    expect((await runOnce()).counts).toMatchObject(nothing)
  })

  it('is not overwritten where somebody has changed it since it was last seen', async () => {
    const [shop, there, id] = [await connected, await person, ids.get(10)!]
    const record = await nth(10)
    const direct = async (direction: string) =>
      shop.workspace.request('PATCH', `/v1/syncs/${await sync}`, { direction })
    await direct('push')
    await there.change(id, { [text]: 'Theirs, unseen' })
    await patch(shop, record.id, { [text]: 'Ours, in the dark' })
    expect((await runOnce()).counts).toMatchObject({ updated: 1, pushed: 0, conflicts: 1, failed: 0 })
    expect(await there.read(id)).toMatchObject({ [text]: 'Theirs, unseen' })
    expect((await records(shop, '', collection)).find(one => one.id === record.id)?.data[text]).toBe('Theirs, unseen')
    await direct('both')
  })

  if (side.normalised) {
    const { hub: said, becomes } = side.normalised
    it('knows its own write again however the platform has written it', async () => {
      await patch(await connected, (await nth(9)).id, said)
      expect((await runOnce()).counts).toMatchObject({ pushed: 1, failed: 0 })
      expect(await (await person).read(ids.get(9)!)).toMatchObject(becomes)
      expect((await runOnce()).counts).toMatchObject({ pushed: 0, conflicts: 0 })
      expect((await runOnce({ full: true })).counts).toMatchObject({ pushed: 0, updated: 0, conflicts: 0 })
    })
  }

  it('empties a field there that is emptied in the hub', async () => {
    await patch(await connected, (await nth(7)).id, { [text]: null })
    expect((await runOnce()).counts).toMatchObject({ pushed: 1, failed: 0 })
    expect((await (await person).read(ids.get(7)!))?.[text] || null).toBeNull()
    expect((await runOnce()).counts).toMatchObject(nothing)
  })

  it('is told of what was deleted in the hub, and tells what was deleted there', async () => {
    const { workspace } = await connected
    const there = await person
    await there.remove(ids.get(11)!)
    await workspace.request('DELETE', `/v1/records/${(await nth(12)).id}`)
    expect((await runOnce()).counts).toMatchObject({
      pushed: 1,
      failed: 0,
      deleted: side.tellsDeletions ? 1 : (expect.any(Number) as number),
    })
    expect(await there.read(ids.get(12)!)).toBeUndefined()
    if (!side.tellsDeletions) await runOnce({ full: true })
    expect((await nth(11)).deletedAt).not.toBeNull()
    expect((await runOnce({ full: true })).counts).toMatchObject(nothing)
  })

  it('waits where the platform has had enough, and loses nothing', async () => {
    await patch(await connected, (await nth(13)).id, { [text]: 'After the wait' })
    await sandbox.control.addFault({ platform: provider, kind: '429', times: 1, retryAfterSeconds: 1 })
    expect(await runOnce()).toMatchObject({ status: 'succeeded', counts: { pushed: 1, failed: 0 } })
    expect(await (await person).read(ids.get(13)!)).toMatchObject({ [text]: 'After the wait' })
  })
})
