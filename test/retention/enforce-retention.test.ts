import { lowestIdAt, newId } from '../../src/ids.ts'
import { ensurePartitions, dropExpiredPartitions } from '../../src/db/partitions.ts'
import { expiringKinds, type EnforceRetentionInput, type RetentionResult } from '../../src/retention/contract.ts'
import { startWorkflow } from '../../src/temporal/start.ts'
import { createTestHub } from '../support/hub.ts'
import { startTestWorkers } from '../support/workers.ts'

const hub = await createTestHub()
await startTestWorkers(hub, ['workflows', 'connections'])

const dayMs = 86_400_000
const ago = (days: number) => new Date(Date.now() - days * dayMs)
const partitions = async () => {
  const { rows } = await hub.pool.query<{ name: string }>(
    `select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
     where i.inhparent = 'inbound_events'::regclass order by 1`,
  )
  return rows.map(row => row.name)
}

describe('retention', () => {
  it('makes the partitions that are missing and forgets the keys that have expired', async () => {
    const before = await partitions()
    expect(before.length).toBeGreaterThanOrEqual(15)
    await hub.pool.query(`drop table ${before.at(-1)}`)
    await hub.pool.query(
      `insert into inbound_keys (app, delivery_id, expires_at)
       select 'app', n::text, now() + case when n <= 25 then '-1 minute' else '1 minute' end::interval
       from generate_series(1, 30) n`,
    )
    await hub.pool.query(
      `insert into audit_log (id, workspace_id, actor, action, subject_id)
       select $1 || n, 'ws_1', 'test', 'thing.made', 'thing' from generate_series(10, 21) n
       union all values ($2, 'ws_1', 'test', 'thing.made', 'thing')`,
      [lowestIdAt('audit', ago(401)).slice(0, -2), lowestIdAt('audit', ago(399))],
    )
    const workflow = await startWorkflow(hub.temporal, {
      name: 'enforceRetention',
      workflowId: 'enforce-retention',
      input: { batchSize: 10, kinds: [...expiringKinds] } satisfies EnforceRetentionInput,
      searchAttributes: [],
      summary: 'test',
    })
    const result = (await workflow.result()) as RetentionResult
    expect(result).toEqual({
      partitionsMade: 1,
      partitionsDropped: 0,
      expired: {
        idempotency_keys: 0,
        inbound_keys: 25,
        event_keys: 0,
        rate_limits: 0,
        waiting_deliveries: 0,
        replays: 0,
        audit_log: 12,
      },
    })
    expect(await partitions()).toEqual(before)
    expect((await hub.pool.query('select from inbound_keys')).rowCount).toBe(5)
    expect((await hub.pool.query('select from audit_log')).rowCount).toBe(1)
  })

  it('drops what has been kept long enough, and nothing younger', async () => {
    const id = newId('inboundEvent')
    await hub.pool.query(
      `insert into inbound_events (id, provider, type, delivery_id, status, headers, body)
       values ($1, 'github', 'push', 'd', 'routed', '{}', '{}')`,
      [id],
    )
    const stored = async () => (await hub.pool.query('select from inbound_events where id = $1', [id])).rowCount
    await dropExpiredPartitions(hub, {}, Date.now() + 30 * dayMs)
    expect(await stored()).toBe(1)
    await dropExpiredPartitions(hub, {}, Date.now() + 32 * dayMs)
    expect(await stored()).toBe(0)
    expect(await ensurePartitions(hub)).toBeGreaterThan(0)
  })
})
