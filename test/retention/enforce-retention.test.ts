import { lowestIdAt, newId } from '../../src/ids.ts'
import { createPartitions, dropExpiredPartitions } from '../../src/db/partitions.ts'
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

/** Eighteen connections whose attempts ended, six of which were connected at some time; and what must stay. */
const oldAttempts = async () => {
  await hub.pool.query(
    `with workspace as (insert into workspaces (id, name) values ('ws_1', 'one') returning id), made as (
       insert into connections (id, workspace_id, provider, environment, auth_kind, status, generation, updated_at)
       select 'conn_' || n, workspace.id, 'github', 'production', 'oauth2',
         case when n <= 6 then 'connected' when n <= 9 then 'error' else 'pending' end,
         case when n <= 6 then 1 else 0 end,
         now() - case when n <= 18 then '8 days' else '6 days' end::interval
       from workspace, generate_series(1, 20) n returning id, workspace_id)
     insert into connect_attempts
       (id, workspace_id, connection_id, provider, state_hash, redirect_uri, status, updated_at, expires_at)
     select replace(id, 'conn', 'att'), workspace_id, id, 'github', sha256(id::bytea), '',
       case when id = 'conn_20' then 'awaiting' else 'expired' end,
       now() - case when id in ('conn_19', 'conn_20') then '6 days' else '8 days' end::interval, now() from made`,
  )
}

describe('retention', () => {
  it('makes the partitions that are missing and forgets the keys that have expired', async () => {
    await createPartitions(hub.db)
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
    await oldAttempts()
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
        connect_attempts: 18,
        connection_imports: 0,
        sync_runs: 0,
        tombstones: 0,
      },
    })
    expect(await partitions()).toEqual(before)
    expect((await hub.pool.query('select from inbound_keys')).rowCount).toBe(5)
    expect((await hub.pool.query('select from audit_log')).rowCount).toBe(1)
    const left = async (table: string) =>
      (await hub.pool.query<{ id: string }>(`select id from ${table} order by id`)).rows.map(({ id }) => id)
    expect(await left('connect_attempts')).toEqual(['att_19', 'att_20'])
    expect(await left('connections')).toEqual([
      'conn_1',
      'conn_19',
      'conn_2',
      'conn_20',
      'conn_3',
      'conn_4',
      'conn_5',
      'conn_6',
    ])
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
    expect(await createPartitions(hub.db)).toBeGreaterThan(0)
  })
})
