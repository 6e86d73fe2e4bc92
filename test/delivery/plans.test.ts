import type pg from 'pg'
import { claimDueText, claimHeldText } from '../../src/delivery/claim.ts'
import { createDeliveryPools } from '../../src/delivery/delivery-pool.ts'
import { listStatement, type DeliveryFilter } from '../../src/delivery/delivery-log.ts'
import { heldEndpointsText } from '../../src/delivery/held.ts'
import { deliveredText, otherText } from '../../src/delivery/record.ts'
import { lowestIdAt } from '../../src/ids.ts'
import { createTestHub } from '../support/hub.ts'

const finished = 300_000
const waiting = 50_000
const workspaceId = `ws_${'0'.repeat(26)}`
const endpointId = (n: number) => `ep_${String(n).padStart(26, '0')}`

const hub = await createTestHub()
const pools = createDeliveryPools(hub)
afterAll(() => pools.close())

interface Plan {
  'Node Type': string
  'Actual Rows': number
  'Actual Loops': number
  'Rows Removed by Filter'?: number
  'Relation Name'?: string
  'Shared Hit Blocks': number
  'Shared Read Blocks': number
  Plans?: Plan[]
}

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
    `insert into deliveries (id, workspace_id, endpoint_id, event_id, status, attempts, finished_at)
     select 'dlv_' || $3 || lpad(n::text, 20, '0'), $1, 'ep_' || lpad((n % 20 + 1)::text, 26, '0'),
       'evt_' || $3 || lpad(n::text, 20, '0'), case when n % 10 = 0 then 'failed' else 'delivered' end, 1, now()
     from generate_series(1, $2::int) n`,
    [workspaceId, finished, from],
  )
  // A dead endpoint's deliveries are held; some of the others' are due.
  await hub.pool.query(
    `insert into delivery_queue (id, workspace_id, endpoint_id, event_id, size, payload_days, held, due_at)
     select 'dlv_' || $3 || lpad((n + 1000000)::text, 20, '0'), $1,
       'ep_' || lpad((case when n % 50 = 0 then 2 + n % 19 else 1 end)::text, 26, '0'),
       'evt_' || $3 || lpad((n + 1000000)::text, 20, '0'), 400, 30, n % 50 <> 0, now() - interval '1 hour'
     from generate_series(1, $2::int) n`,
    [workspaceId, waiting, from],
  )
  await hub.pool.query('analyze')
}, 120_000)

async function planOf(pool: pg.Pool, text: string, values: unknown[]): Promise<Plan> {
  const client = await pool.connect()
  try {
    // What the statement changes is undone: each test sees the same tables.
    await client.query('begin')
    const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(
      `explain (analyze, buffers, format json) ${text}`,
      values,
    )
    await client.query('rollback')
    return rows[0]!['QUERY PLAN'][0].Plan
  } finally {
    client.release()
  }
}

const nodes = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodes)]
const blocks = (plan: Plan) => plan['Shared Hit Blocks'] + plan['Shared Read Blocks']
const scanned = (plan: Plan) =>
  nodes(plan).filter(node => node['Node Type'] === 'Seq Scan' && node['Relation Name'] !== undefined)
const readRows = (plan: Plan) =>
  nodes(plan)
    .filter(node => node['Relation Name'] !== undefined)
    .reduce(
      (sum, node) => sum + (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops'],
      0,
    )

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
    expect(readRows(plan)).toBeLessThan(50)
  })
})

describe('the plans of claiming and recording, when statistics say that the queue is empty', () => {
  it('are the same', async () => {
    const fresh = await createTestHub()
    const own = createDeliveryPools(fresh)
    const today = lowestIdAt('delivery', new Date()).slice(0, 10)
    const fill = (from: number) =>
      fresh.pool.query(
        `insert into delivery_queue (id, workspace_id, endpoint_id, event_id, size, payload_days)
         select $2 || lpad(n::text, 20, '0'), 'ws', 'ep', 'evt', 400, 30 from generate_series($1::int, $1 + 19999) n`,
        [from, today],
      )
    await fill(0)
    await fresh.pool.query('delete from delivery_queue')
    await fresh.pool.query('vacuum (analyze, truncate off) delivery_queue')
    await fill(100_000)
    const claim = await planOf(own.claims, claimDueText, [100, 1e9, 10_000, '-infinity'])
    expect(readRows(claim)).toBeLessThan(100 * 6)
    const ids = `{${Array.from({ length: 100 }, (_, n) => today + String(n + 100_000).padStart(20, '0')).join()}}`
    const filled = (value: string) => `{${Array(100).fill(value).join()}}`
    const common = [ids, filled('0'), filled('1'), filled('1'), filled('200'), filled('0'), Buffer.alloc(0), 'worker']
    expect(readRows(await planOf(own.results, deliveredText, common))).toBeLessThan(100 * 6)
    const others = [filled('retry'), filled('1'), filled('x'), filled('x')]
    expect(readRows(await planOf(own.results, otherText, [...common, ...others]))).toBeLessThan(100 * 8)
    await own.close()
  }, 60_000)
})

describe('the plans of listing, on large tables', () => {
  const lists: [string, DeliveryFilter][] = [
    ['of a workspace', {}],
    ['of an endpoint', { endpointId: endpointId(3) }],
    ['that failed', { status: 'failed' }],
    ['that failed at an endpoint', { status: 'failed', endpointId: endpointId(11) }],
    ['that were delivered', { status: 'delivered' }],
    ['that are held', { status: 'held', endpointId: endpointId(1) }],
    ['of an event', { eventId: `evt_${'0'.repeat(26)}` }],
  ]
  for (const [name, filter] of lists) {
    it(`read only a page of the deliveries ${name}`, async () => {
      const { text, values } = listStatement(workspaceId, filter, undefined, 51)
      const plan = await planOf(hub.pool, text, values)
      // An empty partition of another day is read by whatever costs least.
      expect(scanned(plan).filter(node => node['Actual Rows'] > 0 && node['Relation Name'] !== 'endpoints')).toEqual([])
      expect(readRows(plan)).toBeLessThan(51 * 20 * 4)
      expect(blocks(plan)).toBeLessThan(6_000)
    })
  }
})
