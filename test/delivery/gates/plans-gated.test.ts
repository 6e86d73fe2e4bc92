import type pg from 'pg'
import { createDeliveryPools } from '../../../src/delivery/dispatch/delivery-pool.ts'
import { joinLinesText } from '../../../src/delivery/gates/gate-rows.ts'
import { waitingEndpointsText } from '../../../src/delivery/gates/gate-store.ts'
import { claimGatedText, claimLinesText } from '../../../src/delivery/gates/gated-claim.ts'
import { createTestHub } from '../../support/hub.ts'
import { nodesOf, planOf } from '../../support/plans.ts'

const workspaceId = `ws_${'0'.repeat(26)}`
const endpointId = (n: number) => `ep_${String(n).padStart(26, '0')}`
const [ordered, plain] = [endpointId(1), endpointId(2)]
const fence = 7

const hub = await createTestHub()
const pools = createDeliveryPools(hub)
afterAll(() => pools.close())

beforeAll(async () => {
  await hub.pool.query("insert into workspaces (id, name) values ($1, 'plans')", [workspaceId])
  await hub.pool.query(
    `insert into endpoints (id, workspace_id, url, ordered, batch_size)
     select 'ep_' || lpad(n::text, 26, '0'), $1, 'https://example.com', n = 1, case when n = 2 then 10 else 1 end
     from generate_series(1, 40) n`,
    [workspaceId],
  )
  const insert = (first: number, count: number, columns: string) =>
    hub.pool.query(
      `insert into delivery_queue (id, workspace_id, event_id, size, payload_days, endpoint_id, held, gated, ordering_key,
         sequence, due_at, attempts)
       select 'dlv_' || lpad(n::text, 26, '0'), $1, 'evt_' || lpad(n::text, 26, '0'), 400, 30, ${columns}
       from generate_series($2::int, $2 + $3 - 1) n`,
      [workspaceId, first, count],
    )
  const now = "now() - interval '1 hour'"
  // 50 keys with 1,000 each, of which every other one waits for its first one's retry; two more endpoints with a backlog.
  await insert(
    0,
    50_000,
    `'${ordered}', true, true, 'key-' || lpad((n % 50)::text, 2, '0'), n,
     case when n < 50 and n % 2 = 0 then now() + interval '1 hour' else ${now} end, case when n < 50 then 1 else 0 end`,
  )
  await insert(50_000, 50_000, `'${plain}', true, true, null, null, ${now}, 0`)
  await insert(100_000, 20_000, `'${endpointId(3)}', true, false, null, null, ${now}, 0`)
  await hub.pool.query(
    `insert into endpoint_gates (endpoint_id, workspace_id, leased_until, fence)
     select id, workspace_id, 'infinity', ${fence} from endpoints`,
  )
  await hub.pool.query('analyze')
}, 120_000)

/** What a statement read of the queue, and by which kinds of scans; and how many rows it gave. */
async function readOf(pool: pg.Pool, text: string, values: unknown[]) {
  const plan = await planOf(pool, text, values)
  const scans = nodesOf(plan).filter(
    node => node['Relation Name'] === 'delivery_queue' && node['Node Type'] !== 'ModifyTable',
  )
  return {
    given: plan['Actual Rows'],
    kinds: [...new Set(scans.map(node => node['Node Type']))].filter(kind => !kind.startsWith('Index')),
    read: scans.reduce(
      (sum, node) => sum + (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops'],
      0,
    ),
  }
}

describe('the plans of what goes through gates, on large tables', () => {
  it('find the endpoints by one step for each', async () => {
    const { given, kinds, read } = await readOf(pools.gates, waitingEndpointsText, [])
    expect([given, kinds]).toEqual([2, []])
    expect(read).toBeLessThan(10)
  })

  it('claim by index what is due of an endpoint, but what is in hand', async () => {
    const had = Array.from({ length: 100 }, (_, n) => `dlv_${String(50_000 + n).padStart(26, '0')}`)
    const { given, kinds, read } = await readOf(pools.gates, claimGatedText, [64, 1e9, 10_000, plain, had, fence])
    expect([given, kinds]).toEqual([64, []])
    expect(read).toBeLessThan(64 * 4 + 100)
  })

  it('claim the first ones of each line, and read little of those that are blocked or in hand', async () => {
    const values = [64, 1e9, 10_000, ordered, ['key-01', 'key-03'], 256, '', 4, fence]
    const { given, kinds, read } = await readOf(pools.gates, claimLinesText, values)
    expect([given, kinds]).toEqual([64, []])
    // A step and up to four rows for each key, and what is claimed.
    expect(read).toBeLessThan(50 + 50 * 4 + 64 * 2)
  })

  it('go from line to line in turns', async () => {
    const values = [64, 1e9, 10_000, ordered, [], 10, 'key-20', 2, fence]
    const { given, read } = await readOf(pools.gates, claimLinesText, values)
    expect(given).toBe(10)
    expect(read).toBeLessThan(10 + 20 + 20)
  })

  it('look for what joins a line without reading the lines', async () => {
    const { kinds, read } = await readOf(pools.gates, joinLinesText, [workspaceId, ordered, 1_000, fence])
    expect([kinds, read]).toEqual([[], 0])
  })
})
