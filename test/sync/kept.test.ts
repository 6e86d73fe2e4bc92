import { Kysely, PostgresDialect, type CompiledQuery } from 'kysely'
import type { Executor } from '../../src/db/database.ts'
import type { Schema } from '../../src/db/schema/index.ts'
import { expireRuns, expireTombstones } from '../../src/sync/records/expire.ts'
import { listRecords } from '../../src/sync/records/records.ts'
import { createTestHub, createWorkspace } from '../support/hub.ts'
import { planOf, readRows, scanned } from '../support/plans.ts'

const hub = await createTestHub()
const workspace = await createWorkspace(hub)
const { workspaceId } = workspace

interface Listed {
  data: { id: string; data: { n: number } }[]
  nextCursor: string | null
  watermark: string
}

const list = async (query: string) => (await workspace.request<Listed>('GET', `/v1/records?${query}`)).body

/** So many records, one change a second up to now; all but the last are tombstones where `deleted` says so. */
async function fill(collection: string, count: number, deleted = false) {
  await hub.pool.query(
    `insert into records (id, workspace_id, collection, data, hash, change, updated_at, deleted_at)
     select 'rec_' || lpad(to_hex(hashtext($2)), 10, '0') || lpad(n::text, 16, '0'), $1, $2, jsonb_build_object('n', n), '', n,
       now() - ($3 - n) * interval '1 second', case when $4 and n < $3 then now() - interval '500 days' end
     from generate_series(1, $3::int) n`,
    [workspaceId, collection, count, deleted],
  )
  await hub.pool.query(
    `insert into collections (workspace_id, name, last_change) values ($1, $2, $3)
     on conflict (workspace_id, name) do update set last_change = excluded.last_change`,
    [workspaceId, collection, count],
  )
  await hub.pool.query('analyze records')
}

/** How the statements of a piece of work are carried out. */
async function plansOf(work: (db: Executor) => Promise<unknown>) {
  const asked: CompiledQuery[] = []
  const log = ({ query }: { query: CompiledQuery }) => void asked.push(query)
  await work(new Kysely<Schema>({ dialect: new PostgresDialect({ pool: hub.pool }), log }))
  return Promise.all(asked.map(({ sql: text, parameters }) => planOf(hub.pool, text, parameters)))
}

describe('a list of records', () => {
  it('goes on behind a page of nothing but hidden tombstones', async () => {
    await fill('graves', 5_000, true)
    const seen: Listed[] = []
    for (let cursor: string | null = ''; cursor !== null; cursor = seen.at(-1)!.nextCursor) {
      seen.push(await list(`collection=graves&limit=10${cursor === '' ? '' : `&cursor=${cursor}`}`))
    }
    expect(seen.map(({ data }) => data.length)).toEqual([0, 0, 1])
    expect(new Set(seen.map(({ watermark }) => watermark)).size).toBe(3)
    const last = seen.at(-1)!.watermark
    expect(await list(`collection=graves&cursor=${last}`)).toEqual({ data: [], nextCursor: null, watermark: last })
  })

  it('gives all that has changed since a time, and reads little else', async () => {
    await fill('busy', 30_000)
    const since = new Date(Date.now() - 99_500)
    const { data } = await list(`collection=busy&limit=1000&updatedSince=${since.toISOString()}`)
    expect(data.map(({ data: { n } }) => n)).toEqual(
      Array.from({ length: data.length }, (_, index) => 30_001 - data.length + index),
    )
    expect(data.length).toBeGreaterThan(90)
    for (const filter of [{ updatedSince: since, deleted: false }, { deleted: false }, { deleted: true }]) {
      const plans = await plansOf(db =>
        listRecords(db, workspaceId, { collection: 'busy', after: 0, limit: 50, updatedSince: undefined, ...filter }),
      )
      for (const plan of plans) expect(scanned(plan)).toEqual([])
      expect(plans.reduce((sum, plan) => sum + readRows(plan), 0)).toBeLessThan(2_500)
    }
  })
})

describe('what is kept of syncs', () => {
  it('ends with its time, but for each sync’s last run and for what a platform still has', async () => {
    await hub.pool.query(
      `insert into syncs (id, workspace_id, connection_id, provider, model, collection, direction, conflict_policy)
       select 'sync_' || n, $1, 'conn_' || n, 'stripe', 'customers', 'graves', 'both', 'newest' from generate_series(1, 3) n`,
      [workspaceId],
    )
    await hub.pool.query(
      `insert into sync_runs (id, workspace_id, sync_id, trigger, status, finished_at)
       select 'run_' || s || '_' || lpad(n::text, 6, '0'), $1, 'sync_' || s, 'schedule', 'succeeded',
         now() - (12000 - n) * interval '1 hour' from generate_series(1, 3) s, generate_series(1, 2000) n`,
      [workspaceId],
    )
    await hub.pool.query(`insert into sync_run_pages values ('run_1_000001', 'c', '{a}')`)
    await hub.pool.query('analyze sync_runs')
    const [, ...deleting] = await plansOf(db => expireRuns(db, 90, 500)).then(plans => plans.slice(1))
    for (const plan of deleting) expect(scanned(plan)).toEqual([])
    let expired = 0
    for (let count = 500; count === 500; expired += count) count = await expireRuns(hub.db, 90, 500)
    expect(expired + 500).toBe(5_997)
    expect((await hub.pool.query('select from sync_run_pages')).rowCount).toBe(0)

    // Of the first tombstones one is still there at a platform, and one is gone there too.
    const { rows } = await hub.pool.query<{ id: string }>(
      `select id from records where collection = 'graves' order by change limit 2`,
    )
    await hub.pool.query(
      `insert into record_links (workspace_id, sync_id, record_id, external_id, gone)
       values ($1, 'sync_1', $2, 'a', false), ($1, 'sync_1', $3, 'b', true)`,
      [workspaceId, rows[0]!.id, rows[1]!.id],
    )
    await hub.pool.query(
      `insert into record_keys (workspace_id, collection, key, record_id)
       select $1, 'graves', 'k', id from unnest($2::text[]) id`,
      [workspaceId, rows.map(({ id }) => id)],
    )
    const [plan] = await plansOf(db => expireTombstones(db, 400, 100))
    expect(scanned(plan!).filter(node => node['Relation Name'] === 'records')).toEqual([])
    let gone = 100
    for (let count = 1_000; count === 1_000; gone += count) count = await expireTombstones(hub.db, 400, 1_000)
    expect(gone).toBe(4_998)
    expect(
      (
        await hub.pool.query<{ id: string }>(
          `select id from records where collection = 'graves' and deleted_at is not null`,
        )
      ).rows,
    ).toEqual([{ id: rows[0]!.id }])
    expect((await hub.pool.query('select from record_links')).rowCount).toBe(1)
    expect((await hub.pool.query('select record_id from record_keys')).rows).toEqual([{ record_id: rows[0]!.id }])
  })
})
