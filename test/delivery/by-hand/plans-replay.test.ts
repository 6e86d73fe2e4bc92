import { waitingStatement } from '../../../src/delivery/by-hand/cancel.ts'
import { planByIndexText } from '../../../src/db/by-index.ts'
import { candidateStatement } from '../../../src/delivery/by-hand/replay-candidates.ts'
import { knownStatement } from '../../../src/delivery/by-hand/replay-missed.ts'
import { fullStatement } from '../../../src/delivery/by-hand/replay-throttle.ts'
import { requeueStatement } from '../../../src/delivery/by-hand/requeue.ts'
import { lowestIdAt } from '../../../src/ids.ts'
import { createTestHub } from '../../support/hub.ts'
import { planOf, readRows, scanned } from '../../support/plans.ts'

const finished = 200_000
const waiting = 50_000
const batch = 500
const workspaceId = `ws_${'0'.repeat(26)}`
const endpointId = (n: number) => `ep_${String(n).padStart(26, '0')}`
const today = lowestIdAt('delivery', new Date()).slice(4, 10)
/** A hundred of them in each millisecond. */
const numbered = (prefix: string, n: number) => `${prefix}_${today}${String(n).padStart(6, '0')}${'0'.repeat(14)}`

const hub = await createTestHub()

beforeAll(async () => {
  await hub.pool.query("insert into workspaces (id, name) values ($1, 'plans')", [workspaceId])
  await hub.pool.query(
    `insert into endpoints (id, workspace_id, url) select 'ep_' || lpad(n::text, 26, '0'), $1, 'https://example.com'
     from generate_series(1, 20) n`,
    [workspaceId],
  )
  // Endpoint 7 fails always, the others never.
  await hub.pool.query(
    `insert into deliveries (id, workspace_id, endpoint_id, event_id, status, attempts, finished_at)
     select 'dlv_' || $3 || rpad(lpad(n::text, 6, '0'), 20, '0'), $1, 'ep_' || lpad((n % 20 + 1)::text, 26, '0'),
       'evt_' || $3 || rpad(lpad(n::text, 6, '0'), 20, '0'), case when n % 20 = 6 then 'failed' else 'delivered' end, 1, now()
     from generate_series(1, $2::int) n`,
    [workspaceId, finished, today],
  )
  await hub.pool.query(
    `insert into events (id, workspace_id, type, size, payload_days)
     select 'evt_' || $3 || rpad(lpad(n::text, 6, '0'), 20, '0'), $1, 'a.b', 2, 30 from generate_series(1, $2::int) n`,
    [workspaceId, finished, today],
  )
  await hub.pool.query(
    `insert into event_payloads (payload_days, event_id, body)
     select 30, 'evt_' || $2 || rpad(lpad(n::text, 6, '0'), 20, '0'), '{}' from generate_series(1, $1::int) n`,
    [finished, today],
  )
  await hub.pool.query(
    `insert into delivery_queue (id, workspace_id, endpoint_id, event_id, size, payload_days, held)
     select 'dlv_' || $3 || rpad(lpad((n + 300000)::text, 6, '0'), 20, '0'), $1, 'ep_' || lpad((case when n % 50 = 0 then 2 else 1 end)::text, 26, '0'),
       'evt_' || $3 || rpad(lpad((n + 300000)::text, 6, '0'), 20, '0'), 400, 30, n % 50 <> 0 from generate_series(1, $2::int) n`,
    [workspaceId, waiting, today],
  )
  await hub.pool.query('analyze')
}, 120_000)

const small = 'endpoints'
const plan = (text: string, values: readonly unknown[]) => planOf(hub.pool, text, values, planByIndexText)

const range = {
  workspaceId,
  cursor: lowestIdAt('delivery', new Date(Date.now() - 90 * 86_400_000)),
  to: new Date(Date.now() + 86_400_000 * 13),
  missed: false,
}
const failed = ['failed' as const]
const unsuccessful = ['failed' as const, 'cancelled' as const]
const all = ['failed' as const, 'delivered' as const]

describe('the plans of a replay, on large tables', () => {
  it.each([
    ['failed ones of an endpoint', { ...range, endpointId: endpointId(7), statuses: failed }],
    ['failed ones of an endpoint that has none', { ...range, endpointId: endpointId(8), statuses: unsuccessful }],
    ['unsuccessful ones of a workspace', { ...range, endpointId: null, statuses: unsuccessful }],
    ['all of an endpoint', { ...range, endpointId: endpointId(3), statuses: all }],
    ['all of a workspace', { ...range, endpointId: null, statuses: all }],
    ['missed ones', { ...range, endpointId: endpointId(7), statuses: failed, missed: true }],
  ])('read no more than a batch of %s', async (_name, replay) => {
    const { text, values } = candidateStatement(replay, batch)
    const made = await plan(text, values)
    expect(scanned(made, small)).toEqual([])
    expect(readRows(made, small)).toBeLessThan(batch * 2.5)
  })

  it('move a batch by primary keys', async () => {
    const ids = Array.from({ length: batch }, (_, n) => numbered('dlv', n * 300 + 20))
    const { text, values } = requeueStatement(workspaceId, ids)
    const made = await plan(text, values)
    expect(scanned(made, small)).toEqual([])
    expect(readRows(made, small)).toBeLessThan(batch * 8)
  })

  it('look at a bounded part of what waits', async () => {
    const { sql, parameters } = fullStatement(workspaceId, [endpointId(1), endpointId(2)], 1_000).compile(hub.db)
    const made = await plan(sql, parameters)
    expect(scanned(made, small)).toEqual([])
    expect(readRows(made, small)).toBeLessThan(2 * 4 * 1_000 * 1.5)
  })

  it('find the deliveries of a batch of events in their range', async () => {
    const events = Array.from({ length: batch }, (_, n) => numbered('evt', 5_000 + n))
    const { text, values } = knownStatement(endpointId(3), events)
    const made = await plan(text, values)
    expect(scanned(made, small)).toEqual([])
    expect(readRows(made, small)).toBeLessThan(batch * 4)
  })
})

describe('the plans of cancelling, on large tables', () => {
  it.each([
    ['an endpoint', endpointId(1), undefined],
    ['a workspace', undefined, undefined],
    [
      'a workspace, from the middle of an endpoint',
      undefined,
      { endpointId: endpointId(1), id: numbered('dlv', 320_000) },
    ],
  ])('read a page of %s', async (_name, endpoint, after) => {
    const { text, values } = waitingStatement(workspaceId, endpoint, after, 1_000)
    const made = await plan(text, values)
    expect(scanned(made, small)).toEqual([])
    expect(readRows(made, small)).toBeLessThan(4_000)
  })
})
