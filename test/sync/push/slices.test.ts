import { Definitions } from '../../../src/catalogue/definitions.ts'
import { at } from '../../calls/made.ts'
import type { Connecting } from '../../connections/accounts.ts'
import { startPlatform } from '../../connections/platform.ts'
import { createTestHub, createTestServer, createWorkspace } from '../../support/hub.ts'
import { createSync, records, type Company } from '../company.ts'
import { runInSlices, slowPlatform, SlowAccount, type SliceTimes } from './in-slices.ts'

// A platform that takes its time, so that a push of what has changed lasts longer than a piece of work may.

const hub = await createTestHub({ definitions: new Definitions({ catalogue: [slowPlatform] }) })
await createTestServer(hub)
const workspace = await createWorkspace(hub)
const { workspaceId } = workspace

const unhurried: SliceTimes = { sliceMs: 60_000, limitMs: 60_000 }
const short: SliceTimes = { sliceMs: 200, limitMs: 1_500 }
const delayMs = 40

async function connect(account: SlowAccount): Promise<Company> {
  const platform = await startPlatform()
  platform.answerBy(call => account.answer(call))
  const baseUrls = at(platform.url)
  const app = await workspace.request('POST', '/v1/provider-apps', { provider: 'made', name: 'slow', baseUrls })
  const { body } = await workspace.request<Connecting>('POST', '/v1/connections', {
    ...{ provider: 'made', providerAppId: app.body.id, credentials: { apiKey: 'canary' } },
  })
  return { hub, workspace, connectionId: body.connection.id } as Company
}

/** So many items that are known, each of them changed in the hub since. */
async function changedSide(count: number, model: 'customers' | 'invoices', changed: Record<string, unknown>) {
  const items = Array.from({ length: count }, (_, n) => ({
    name: `Row ${n}`,
    number: `${n}`,
    lines: [{ text: 'old' }],
  }))
  const account = new SlowAccount(items)
  const company = await connect(account)
  const collection = `${model}-${count}`
  const settings = { model, collection, direction: 'both', conflictPolicy: 'hub' }
  const ref = { workspaceId, syncId: await createSync(company, settings) }
  await runInSlices(hub, ref, unhurried)
  const operations = (await records(company, '', collection)).map(({ id }) => ({ op: 'update', id, data: changed }))
  expect(operations).toHaveLength(count)
  await workspace.request('POST', '/v1/records/bulk', { operations })
  return { account, ref }
}

const countsOf = async (syncId: string) => {
  const { rows } = await hub.pool.query<{ pushed: number; failed: number }>(
    'select pushed, failed from sync_runs where sync_id = $1 order by id desc limit 1',
    [syncId],
  )
  return rows[0]
}
const oncePer = (count: number) => Array.from({ length: count }, () => 1)

describe('a push that lasts longer than a piece of work may', () => {
  it('comes to its end where each item is looked at before and most are refused, and tells each once', async () => {
    const { account, ref } = await changedSide(120, 'customers', { notes: 'new' })
    Object.assign(account, { delayMs, isRefused: (id: string) => Number(id.slice(1)) % 8 !== 0 })
    const { slices } = await runInSlices(hub, ref, short)
    expect([...account.writes.values()]).toEqual(oncePer(120))
    expect(await countsOf(ref.syncId)).toEqual({ pushed: 15, failed: 105 })
    expect(slices).toBeGreaterThan(2)
    // What was refused is due later, and not because the next run sees the same items again.
    account.delayMs = 0
    await runInSlices(hub, ref, unhurried)
    expect([...account.writes.values()]).toEqual(oncePer(120))
  }, 60_000)

  it('comes to its end where all that is told as a whole is read first', async () => {
    const { account, ref } = await changedSide(160, 'invoices', { lines: [{ description: 'new' }] })
    account.delayMs = delayMs
    await runInSlices(hub, ref, short)
    expect([...account.writes.values()]).toEqual(oncePer(160))
    expect([...account.items.values()].every(({ lines }) => JSON.stringify(lines) === '[{"text":"new"}]')).toBe(true)
    expect(await countsOf(ref.syncId)).toEqual({ pushed: 160, failed: 0 })
  }, 60_000)

  it('comes to its end where much that is new is refused', async () => {
    const { account, ref } = await changedSide(1, 'customers', { notes: 'new' })
    Object.assign(account, { delayMs, isRefused: (id: string) => id !== 'i0000' })
    const made = Array.from({ length: 100 }, (_, n) => ({ data: { displayName: `New ${n}` } }))
    await workspace.request('POST', '/v1/records/bulk', { collection: 'customers-1', records: made })
    await runInSlices(hub, ref, short)
    expect(account.writes.get('i0001')).toBe(100)
    expect(await countsOf(ref.syncId)).toEqual({ pushed: 1, failed: 100 })
  }, 60_000)
})
