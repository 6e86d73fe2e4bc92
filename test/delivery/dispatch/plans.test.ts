import { attemptsStatement } from '../../../src/delivery/log/attempt-log.ts'
import { claimDueText, claimHeldText, renewLeasesText } from '../../../src/delivery/dispatch/claiming/claim.ts'
import { claimQuietText } from '../../../src/delivery/dispatch/claiming/claim-quiet.ts'
import { createDeliveryPools } from '../../../src/delivery/dispatch/delivery-pool.ts'
import type { DeliveryFilter } from '../../../src/delivery/log/delivery-filter.ts'
import { byEventsStatement, eventsStatement } from '../../../src/delivery/log/delivery-list-by-type.ts'
import { listStatement } from '../../../src/delivery/log/delivery-list-statement.ts'
import { heldEndpointsText } from '../../../src/delivery/dispatch/claiming/held.ts'
import { deliveredText, otherText } from '../../../src/delivery/dispatch/recording/record.ts'
import { statisticsStatement } from '../../../src/delivery/log/statistics-store.ts'
import { planByIndexText } from '../../../src/db/by-index.ts'
import { readersText } from '../../../src/delivery/dispatch/recording/reporting.ts'
import type { Hub } from '../../../src/hub.ts'
import { lowestIdAt } from '../../../src/ids.ts'
import { createTestHub } from '../../support/hub.ts'
import { blocks, plannedNow, planOf, readRows, scanned } from '../../support/plans.ts'

const finished = 300_000
const waiting = 50_000
const workspaceId = `ws_${'0'.repeat(26)}`
const wideWorkspaceId = `ws_${'1'.repeat(26)}`
const wideEndpoints = 2_000
const endpointId = (n: number) => `ep_${String(n).padStart(26, '0')}`

const hub = await createTestHub()
const pools = createDeliveryPools(hub)
afterAll(() => pools.close())

/** The end of the n-th id: a hundred of them in each millisecond. */
const idOf = (n: string) => `lpad(((${n}) / 100)::text, 4, '0') || lpad(((${n}) % 100)::text, 16, '0')`

beforeAll(async () => {
  await hub.pool.query("insert into workspaces (id, name) values ($1, 'plans')", [workspaceId])
  await hub.pool.query(
    `insert into endpoints (id, workspace_id, url, mode)
     select 'ep_' || lpad(n::text, 26, '0'), $1, 'https://example.com', case when n = 1 then 'recovering' else 'open' end
     from generate_series(1, 20) n`,
    [workspaceId],
  )
  // Finished ones over the day until now, as ids order them: a tenth failed.
  const from = lowestIdAt('delivery', new Date()).slice(4, 10)
  await hub.pool.query(
    `insert into deliveries (id, workspace_id, endpoint_id, event_id, status, attempts, finished_at, sent_at, error)
     select 'dlv_' || $3 || ${idOf('n')}, $1, 'ep_' || lpad((n % 20 + 1)::text, 26, '0'),
       'evt_' || $3 || ${idOf('n')}, case when n % 10 = 0 then 'failed' else 'delivered' end, 1, now(), now(), case when n % 10 = 0 then 'timeout' end
     from generate_series(1, $2::int) n`,
    [workspaceId, finished, from],
  )
  // Their events: one type for nearly all.
  await hub.pool.query(
    `insert into events (id, workspace_id, type, size, payload_days)
     select 'evt_' || $3 || ${idOf('n')}, $1, case when n % 100000 = 7 then 'rare' else 'common' end, 400, 30
     from generate_series(1, $2::int) n`,
    [workspaceId, finished, from],
  )
  // Another workspace has very many endpoints, with a few waiting for each.
  await hub.pool.query("insert into workspaces (id, name) values ($1, 'wide')", [wideWorkspaceId])
  await hub.pool.query(
    `insert into endpoints (id, workspace_id, url, mode)
     select 'ep_wide' || lpad(n::text, 22, '0'), $1, 'https://example.com', 'recovering' from generate_series(1, $2::int) n`,
    [wideWorkspaceId, wideEndpoints],
  )
  await hub.pool.query(
    `insert into delivery_queue (id, workspace_id, endpoint_id, event_id, size, payload_days, held)
     select 'dlv_' || $3 || ${idOf('n + 500000')}, $1, 'ep_wide' || lpad((n % $4::int + 1)::text, 22, '0'),
       'evt_' || $3 || ${idOf('n + 500000')}, 400, 30, true
     from generate_series(1, $2::int) n`,
    [wideWorkspaceId, waiting, from, wideEndpoints],
  )
  // A dead endpoint's deliveries are held; some of the others' are due.
  await hub.pool.query(
    `insert into delivery_queue (id, workspace_id, endpoint_id, event_id, size, payload_days, held, due_at)
     select 'dlv_' || $3 || ${idOf('n + 400000')}, $1,
       'ep_' || lpad((case when n % 50 = 0 then 2 + n % 19 else 1 end)::text, 26, '0'),
       'evt_' || $3 || ${idOf('n + 400000')}, 400, 30, n % 50 <> 0, now() - interval '1 hour'
     from generate_series(1, $2::int) n`,
    [workspaceId, waiting, from],
  )
  await hub.pool.query('analyze')
}, 120_000)

describe('the plans of claiming, on large tables', () => {
  it('read by index what is claimed, and nothing of what is held or finished', async () => {
    const plan = await planOf(pools.claims, claimDueText, [100, 1e9, 10_000, '-infinity'])
    expect(scanned(plan)).toEqual([])
    expect(readRows(plan)).toBeGreaterThan(100)
    expect(readRows(plan)).toBeLessThan(100 * 6)
    expect(blocks(plan)).toBeLessThan(3_000)
  })

  it('read by index what is held of one endpoint', async () => {
    await hub.pool.query("update endpoints set mode = 'open' where id = $1", [endpointId(1)])
    const plan = await planOf(pools.claims, claimHeldText, [100, 1e9, 10_000, endpointId(1)])
    expect(scanned(plan)).toEqual([])
    expect(readRows(plan)).toBeGreaterThan(100)
    expect(readRows(plan)).toBeLessThan(100 * 6)
  })

  it('step over what is held from endpoint to endpoint', async () => {
    const plan = await planOf(pools.results, heldEndpointsText, [])
    expect(scanned(plan)).toEqual([])
    expect(readRows(plan)).toBeLessThan(2 * wideEndpoints + 50)
  })
})

describe('the plans of claiming and recording', () => {
  const today = lowestIdAt('delivery', new Date()).slice(0, 10)
  const id = (n: number) => today + String(n).padStart(20, '0')
  const filled = (value: string) => `{${Array(100).fill(value).join()}}`
  const ids = `{${Array.from({ length: 100 }, (_, n) => id(n + 100_000)).join()}}`
  const endpoints = `{${Array.from({ length: 100 }, (_, n) => endpointId(n)).join()}}`
  const common = [
    ...[ids, filled('0'), filled('1'), filled('1'), filled('200'), filled('0')],
    ...[Buffer.alloc(0), 'worker', filled('1'), endpoints],
  ]
  const others = [filled('retry'), filled('1'), filled('x'), filled('x'), filled('x')]
  const statements: [string, 'claims' | 'results', string, unknown[], number][] = [
    ['claim what is due', 'claims', claimDueText, [100, 1e9, 10_000, '-infinity'], 6],
    // It looks at two thousand, and claims a hundred of them.
    ['claim what is due of the quiet', 'claims', claimQuietText, [100, 1e9, 10_000, 3_600_000, 2_000, '{}'], 26],
    ['record what was delivered', 'results', deliveredText, common, 6],
    ['record what was not', 'results', otherText, [...common, ...others], 8],
    ['renew leases', 'results', renewLeasesText, [ids, filled('0'), 10_000, endpoints], 6],
  ]
  /** Of a hundred rows, each found by a few steps down an index and changed in all of them. */
  const mostBlocks = 100 * 30
  const fill = (at: Hub, from: number) =>
    at.pool.query(
      `insert into delivery_queue (id, workspace_id, endpoint_id, event_id, size, payload_days)
       select $2 || lpad(n::text, 20, '0'), 'ws', 'ep_' || lpad((n % 1000)::text, 26, '0'), 'evt', 400, 30 from generate_series($1::int, $1 + 19999) n`,
      [from, today],
    )

  it.each([
    ['a VACUUM that found it empty', 'vacuum (analyze, truncate off) delivery_queue'],
    ['one that emptied its file', 'vacuum (analyze, truncate) delivery_queue'],
  ])(
    'are the same after %s, and for what was planned then',
    async (_, vacuum) => {
      const fresh = await createTestHub()
      const own = createDeliveryPools(fresh)
      await fill(fresh, 0)
      await fresh.pool.query('delete from delivery_queue')
      await fresh.pool.query(vacuum)
      const planned = await Promise.all(statements.map(([, pool, text, values]) => plannedNow(own[pool], text, values)))
      await fill(fresh, 100_000)
      for (const [index, [name, pool, text, values, most]] of statements.entries()) {
        const kept = await planned[index]!.plan()
        await planned[index]!.release()
        for (const plan of [kept, await planOf(own[pool], text, values)]) {
          expect({ name, rows: readRows(plan) < 100 * most, blocks: blocks(plan) < mostBlocks }).toEqual({
            ...{ name, rows: true, blocks: true },
          })
        }
      }
      await own.close()
    },
    60_000,
  )
})

describe('the plans of listing, on large tables', () => {
  const list = async (filter: DeliveryFilter, of = workspaceId, behind?: string) => {
    const { text, values } = listStatement(of, filter, behind, 51)
    return planOf(hub.pool, text, values, planByIndexText)
  }

  const lists: [string, DeliveryFilter][] = [
    ['of a workspace', {}],
    ['of an endpoint', { endpointId: endpointId(3) }],
    ['that failed', { status: 'failed' }],
    ['that failed at an endpoint', { status: 'failed', endpointId: endpointId(11) }],
    ['that were delivered', { status: 'delivered' }],
    ['that are held', { status: 'held', endpointId: endpointId(1) }],
    ['of an event', { eventId: `evt_${'0'.repeat(26)}` }],
    ['of a time', { after: new Date(Date.now() - 86_400_000), before: new Date(Date.now() + 1_000) }],
  ]
  for (const [name, filter] of lists) {
    it(`read only a page of the deliveries ${name}`, async () => {
      const plan = await list(filter)
      expect(scanned(plan)).toEqual([])
      expect(readRows(plan)).toBeLessThan(51 * 20 * 4)
      expect(blocks(plan)).toBeLessThan(6_000)
    })
  }

  const searches: [string, DeliveryFilter][] = [
    ['that failed of a rare type', { status: 'failed', type: 'rare' }],
    ['that failed at an endpoint of a rare type', { status: 'failed', type: 'rare', endpointId: endpointId(11) }],
    ['that are retried of a workspace where all are held', { status: 'retrying' }],
    ['that are retried of an endpoint where all are held', { status: 'retrying', endpointId: endpointId(1) }],
    ['that were delivered at an endpoint where all failed', { status: 'delivered', endpointId: endpointId(11) }],
  ]
  for (const [name, filter] of searches) {
    it(`pass over no more than their bound in search of those ${name}`, async () => {
      const plan = await list(filter)
      expect(scanned(plan)).toEqual([])
      // Each one passed, its event's type, and the place to go on from.
      expect(readRows(plan)).toBeLessThan(2_000 * 3 + 500)
      expect(blocks(plan)).toBeLessThan(25_000)
    })
  }

  it('step once into the queue for each endpoint of a workspace that has very many', async () => {
    for (const filter of [{}, { status: 'held' as const }, { status: 'pending' as const }]) {
      const plan = await list(filter, wideWorkspaceId)
      expect(scanned(plan)).toEqual([])
      expect(readRows(plan)).toBeLessThan(wideEndpoints * 2 + 101 * 101 + 500)
    }
  })

  it("read nothing of another workspace's endpoint", async () => {
    expect(readRows(await list({ endpointId: endpointId(3) }, wideWorkspaceId))).toBeLessThan(10)
  })

  it('go from the events of a type to their deliveries, however rare it is', async () => {
    for (const [type, events] of [
      ['rare', 3],
      ['common', 1_000],
    ] as const) {
      const filter = { type, status: undefined }
      const first = eventsStatement(workspaceId, filter, undefined)
      const plan = await planOf(hub.pool, first.text, first.values, planByIndexText)
      expect(scanned(plan)).toEqual([])
      expect(readRows(plan)).toBe(events)
      const ids = (await hub.pool.query<{ id: string }>(first.text, first.values)).rows.map(row => row.id).slice(0, 50)
      for (const at of [undefined, endpointId(11)]) {
        const { text, values } = byEventsStatement(workspaceId, { ...filter, endpointId: at }, ids, undefined, 51)
        const second = await planOf(hub.pool, text, values, planByIndexText)
        expect(scanned(second)).toEqual([])
        // What else was published in the milliseconds of the rare ones is read with them.
        expect(readRows(second)).toBeLessThan(500)
      }
    }
  })

  it('read only a page of the attempts at an endpoint', async () => {
    await hub.pool.query(
      `insert into delivery_attempts (delivery_id, number, workspace_id, endpoint_id, sent_at, duration_ms, error, worker)
       select id, number, workspace_id, endpoint_id, now(), 1, 'timeout', 'worker'
       from deliveries, generate_series(1, 3) number where status = 'failed' or endpoint_id = $1`,
      [endpointId(3)],
    )
    for (const [endpoint, filter, most] of [
      [endpointId(3), {}, 51 * 6],
      [endpointId(11), { status: 'failed' as const }, 51 * 6],
      [endpointId(11), { status: 'succeeded' as const }, 2_000 * 4 + 51 * 4],
    ] as const) {
      const { text, values } = attemptsStatement(workspaceId, endpoint, filter, undefined, 51)
      const plan = await planOf(hub.pool, text, values, planByIndexText)
      expect(scanned(plan)).toEqual([])
      expect(readRows(plan)).toBeLessThan(most)
    }
  })

  it('read only the minutes asked for of one endpoint', async () => {
    await hub.pool.query(
      `insert into endpoint_statistics (endpoint_id, minutes, at, worker, workspace_id, succeeded, failed, buckets, counts)
       select 'ep_' || lpad(e::text, 26, '0'), 1, date_trunc('day', now(), 'UTC') + n * interval '1 minute', 'worker', $1, 1, 0, '{1}', '{1}'
       from generate_series(1, 50) e, generate_series(0, 1439) n`,
      [workspaceId],
    )
    const start = new Date().setUTCHours(12, 0, 0, 0)
    const { text, values } = statisticsStatement(workspaceId, endpointId(3), {
      start,
      end: start + 3_600_000,
      interval: 'minute',
    })
    const plan = await planOf(hub.pool, text, values)
    expect(scanned(plan)).toEqual([])
    expect(readRows(plan)).toBe(60)
  })

  it('read who wants reports from the few that ask for them', async () => {
    const plan = await planOf(pools.results, readersText, [])
    expect(scanned(plan)).toEqual([])
    expect(readRows(plan)).toBe(0)
  })
})
