import { Kysely, PostgresDialect, type CompiledQuery } from 'kysely'
import { beatReceiving } from '../../src/connections/webhooks/away.ts'
import { claimMissed, markMissed } from '../../src/connections/webhooks/missed-store.ts'
import { lastWebhooksOf, noteWebhooks } from '../../src/connections/webhooks/seen.ts'
import type { Executor } from '../../src/db/database.ts'
import type { Schema } from '../../src/db/schema/index.ts'
import { newId } from '../../src/ids.ts'
import { claimDuePolls } from '../../src/sync/polling/poll-store.ts'
import { createTestHub, createWorkspace } from '../support/hub.ts'
import { planOf, readRows, scanned } from '../support/plans.ts'

const hub = await createTestHub()
const { workspaceId } = await createWorkspace(hub)
const connectionId = newId('connection')

/** What a function asks the database: its statements, with their values. */
async function statementsOf(work: (db: Executor) => Promise<unknown>) {
  const asked: { text: string; values: readonly unknown[] }[] = []
  const log = ({ query }: { query: CompiledQuery }) => void asked.push({ text: query.sql, values: query.parameters })
  await work(new Kysely<Schema>({ dialect: new PostgresDialect({ pool: hub.pool }), log }))
  return asked
}

beforeAll(async () => {
  // Many syncs and runs of which little is due: 20 syncs, some with open runs.
  await hub.pool.query(
    `insert into syncs (id, workspace_id, connection_id, provider, model, collection, direction, conflict_policy, schedule, poll_at)
     select 'sync_' || lpad(n::text, 26, '0'), $1, 'conn_' || n, 'quickbooks', 'customers', 'customers', 'pull', 'newest', 'null',
       case when n % 2 = 0 then now() + interval '5 minutes' when n % 1000 = 1 then now() - interval '1 minute' end
     from generate_series(1, 20000) as n`,
    [workspaceId],
  )
  await hub.pool.query(
    `insert into sync_runs (id, workspace_id, sync_id, trigger, status)
     select 'run_' || lpad(n::text, 26, '0'), $1, 'sync_' || lpad((n % 20000 + 1)::text, 26, '0'), 'webhook',
       case when n <= 50 then 'requested' else 'succeeded' end from generate_series(1, 30000) as n`,
    [workspaceId],
  )
  await hub.pool.query(
    `insert into connections (id, workspace_id, provider, environment, auth_kind, status, config, metadata, scopes)
     select case when n = 1 then $2 else 'conn_' || lpad(n::text, 26, '0') end, $1, 'quickbooks', 'production', 'oauth2',
       'connected', '{}', '{}', '{}' from generate_series(1, 20000) as n`,
    [workspaceId, connectionId],
  )
  await hub.pool.query('analyze syncs; analyze sync_runs; analyze connections')
}, 60_000)

describe('polling', () => {
  it('reads what is due and little else', async () => {
    const [claim] = await statementsOf(db => claimDuePolls(db, 200))
    const plan = await planOf(hub.pool, claim!.text, claim!.values)
    expect(scanned(plan)).toEqual([])
    expect(readRows(plan)).toBeLessThanOrEqual(200)
    expect(await claimDuePolls(hub.db, 200)).toHaveLength(20)
  })

  it('finds and notes when webhooks came by the key', async () => {
    const one = { workspaceId, connectionId, at: new Date() }
    for (const { text, values } of [
      ...(await statementsOf(db => lastWebhooksOf(db, [one]))),
      ...(await statementsOf(db => noteWebhooks(db, [one]))),
    ]) {
      const plan = await planOf(hub.pool, text, values)
      expect(scanned(plan)).toEqual([])
      expect(readRows(plan)).toBeLessThanOrEqual(10)
    }
  })
})

describe('what was sent while the hub was away', () => {
  /** How one pass of marking is carried out, statement by statement. */
  const marking = async () => {
    const statements = await statementsOf(db => markMissed(db, 100, ['github']))
    const told = statements.filter(({ text }) => !/^(begin|commit)/.test(text))
    return Promise.all(told.map(({ text, values }) => planOf(hub.pool, text, values)))
  }

  it('costs nothing while it was not', async () => {
    await beatReceiving(hub.pool)
    const plans = await marking()
    expect(plans).toHaveLength(1)
    expect(readRows(plans[0]!)).toBeLessThanOrEqual(1)
  })

  it('is looked for at the connections for which webhooks come, some at a time, each once', async () => {
    const hear = async (which: string) => {
      await hub.pool.query(`update connections set last_webhook_at = now() where ${which}`)
      await hub.pool.query('vacuum analyze connections')
    }
    await hub.pool.query(`update webhook_receiving set alive_at = now() - interval '1 hour'`)
    await beatReceiving(hub.pool)
    await hear(`id = '${connectionId}'`)
    for (const plan of await marking()) {
      expect(scanned(plan, 'webhook_receiving')).toEqual([])
      expect(readRows(plan, 'webhook_receiving')).toBeLessThanOrEqual(5)
    }
    await hear(`id like '%7'`)
    await hub.pool.query('update webhook_receiving set marked_until = null')
    for (const plan of await marking()) {
      expect(scanned(plan, 'webhook_receiving')).toEqual([])
      expect(readRows(plan, 'webhook_receiving')).toBeLessThanOrEqual(200)
    }
    let passes = 0
    while (await markMissed(hub.db, 500, ['github'])) passes += 1
    expect(passes).toBe(3)
    expect(await markMissed(hub.db, 500, ['github'])).toBe(false)
    const { rows } = await hub.pool.query('select from connections where catch_up_at is not null')
    expect(rows).toHaveLength(2_001)
    const [claim] = await statementsOf(db => claimMissed(db, 10, 60_000))
    const claiming = await planOf(hub.pool, claim!.text, claim!.values)
    expect(scanned(claiming)).toEqual([])
    expect(readRows(claiming)).toBeLessThanOrEqual(60)
  })
})
