import { publishedEvents } from '../connections/accounts.ts'
import { createTestHub, createTestServer } from '../support/hub.ts'
import { startTestWorkers } from '../support/workers.ts'
import { createSync, run, type Company } from './company.ts'
import { customer, playQuickbooks, slice, startLoopback, type Item } from './loopback.ts'

const hub = await createTestHub({ environment: { LOG_LEVEL: process.env.SYNC_TEST_LOG ?? 'silent' } })
await createTestServer(hub)
await startTestWorkers(hub)
const platform = await startLoopback(hub)

const many = (count: number, from: number) => Array.from({ length: count }, (_, n) => customer(from + n))

const play = (list: readonly Item[]) => {
  platform.play = playQuickbooks(slice(list), { byId: id => list.find(item => item.Id === id) })
}

/** How many records a company has, how many items they stand for, and how many have changed since they were made. */
async function stored({ workspace }: Company) {
  const { rows } = await hub.pool.query<{ records: number; items: number; changed: number }>(
    `select count(*)::int as records, count(distinct l.external_id)::int as items,
       (count(*) filter (where r.version > 1))::int as changed
     from records r join record_links l on l.workspace_id = r.workspace_id and l.record_id = r.id
     where r.workspace_id = $1`,
    [workspace.workspaceId],
  )
  return rows[0]!
}

describe('behind a page of new items', () => {
  const known = many(2_400, 1)

  async function company(): Promise<{ company: Company; syncId: string }> {
    const made = await platform.account('quickbooks')
    play(known)
    const syncId = await createSync(made)
    expect((await run(made, syncId)).counts).toMatchObject({ created: 2_400 })
    return { company: made, syncId }
  }

  it('known ones are seen as such, and what has changed of them', async () => {
    const { company: made, syncId } = await company()
    const list = [...many(2_500, 10_001), ...known.with(100, customer(101, 'Another', 1))]
    play(list)
    expect(await run(made, syncId, { full: true })).toMatchObject({
      ...{ status: 'succeeded', counts: { pulled: 4_900, created: 2_500, updated: 1, unchanged: 2_399, failed: 0 } },
    })
    expect(await stored(made)).toEqual({ records: 4_900, items: 4_900, changed: 1 })
  })

  it('an older version of a known one is not taken', async () => {
    const made = await platform.account('quickbooks')
    const list: Item[] = [...many(1_100, 1), customer(5_000, 'Newer', 7)]
    play(list)
    const syncId = await createSync(made)
    expect((await run(made, syncId)).counts).toMatchObject({ created: 1_101 })
    const stale = [...many(1_500, 20_001), customer(5_000, 'Older', 3), ...many(1_100, 1)]
    play(stale)
    expect((await run(made, syncId, { full: true })).counts).toMatchObject({ created: 1_500, updated: 0 })
    const { rows } = await hub.pool.query<{ name: string }>(
      `select r.data->>'displayName' as name from records r join record_links l on l.record_id = r.id
       where r.workspace_id = $1 and l.external_id = '5000'`,
      [made.workspace.workspaceId],
    )
    expect(rows).toEqual([{ name: 'Newer' }])
  })

  it('an item that cannot be a record is left out alone', async () => {
    const made = await platform.account('quickbooks')
    const list = many(2_500, 1).with(1_700, { ...customer(1_701), DisplayName: 'x'.repeat(1_100_000) })
    play(list)
    const syncId = await createSync(made)
    expect((await run(made, syncId)).counts).toMatchObject({ pulled: 2_500, created: 2_499, failed: 1 })
  })

  it('new ones are told of to who listens', async () => {
    const made = await platform.account('quickbooks')
    const endpoint = { url: 'http://127.0.0.1:9/', eventTypes: ['record.created'] }
    expect((await made.workspace.request('POST', '/v1/endpoints', endpoint)).status).toBe(201)
    play(known)
    const syncId = await createSync(made)
    expect((await run(made, syncId)).counts).toMatchObject({ created: 2_400 })
    const told = (await publishedEvents(hub, made.workspace.workspaceId)).filter(
      ({ type }) => type === 'record.created',
    )
    expect(told.flatMap(({ data }) => data['recordIds'])).toHaveLength(2_400)
  })
})
