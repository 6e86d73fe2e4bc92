import { Kysely, PostgresDialect, type CompiledQuery } from 'kysely'
import type { Executor } from '../../../src/db/database.ts'
import type { Schema } from '../../../src/db/schema/index.ts'
import { newId } from '../../../src/ids.ts'
import { emptyLink } from '../../../src/sync/links/link-rows.ts'
import {
  dropLinks,
  lockByItem,
  lockByItemOrRecord,
  lockByRecord,
  recordsOfItems,
  writeLinks,
} from '../../../src/sync/links/link-store.ts'
import { mappingOf } from '../../../src/sync/mapping/mapping.ts'
import { References } from '../../../src/sync/mapping/references/look-up.ts'
import { findCandidates, writeKeys } from '../../../src/sync/matching/key-store.ts'
import { keysIn } from '../../../src/sync/matching/keys.ts'
import { findStale } from '../../../src/sync/pull/find-stale.ts'
import { confirmDeleted, dropSuspects, nextSuspects, suspect } from '../../../src/sync/pull/suspects.ts'
import { forgetCall, noteCalls, notePendingFailure, underWay } from '../../../src/sync/push/push-calls.ts'
import { candidatesById, dueRetries, nextCandidates } from '../../../src/sync/push/push-store.ts'
import { writeRecords } from '../../../src/sync/records/record-writes.ts'
import { findRecord } from '../../../src/sync/records/records.ts'
import type { RunHold } from '../../../src/sync/runs/run-hold.ts'
import { modelOf } from '../../calls/made.ts'
import { createTestHub, createWorkspace } from '../../support/hub.ts'
import { planOf, readRows, scanned } from '../../support/plans.ts'

// A sync that is younger than the statistics: they know others, of two thousand records each, and nothing of its five thousand. What is
// about a hundred of them reads those, and not all that the sync has.

const hub = await createTestHub()
const { workspaceId } = await createWorkspace(hub)
const [connectionId, syncId, runId] = [newId('connection'), newId('sync'), newId('syncRun')]
const [others, each, size, some] = [30, 2_000, 5_000, 100]

const numbers = Array.from({ length: some }, (_, n) => n * 7 + 1)
const ids = numbers.map(n => `rec_${String(n).padStart(26, 'z')}`)
const items = numbers.map(n => `item-${n}`)
const keys = [['displayName']]
const dataOf = (n: number) => ({ displayName: `Row ${n}` })
const hold = {
  ...{ workspaceId, runId, claim: 1, mapping: mappingOf(modelOf({ match: keys })) },
  sync: { id: syncId, collection: 'rows', connection_id: connectionId, match: null },
  run: { lap_since: new Date(), lap_end: size, started_at: new Date() },
} as unknown as RunHold

/** Rows of one table, by others or by the sync. */
const fills = [
  `insert into records (id, workspace_id, collection, data, hash, change, version)
   select rec, ws, 'rows', jsonb_build_object('displayName', 'Row ' || n), '', n, 2 from rows`,
  `insert into record_links (workspace_id, sync_id, record_id, external_id, record_version)
   select ws, sync, rec, 'item-' || n, case when n > 200 then 2 else 1 end from rows`,
]

beforeAll(async () => {
  const { rows: tables } = await hub.pool.query<{ name: string }>(
    `select relname as name from pg_class
     where relname in ('records', 'record_links', 'record_keys', 'sync_run_suspects', 'push_calls')`,
  )
  for (const { name } of tables) await hub.pool.query(`alter table ${name} set (autovacuum_enabled = off)`)
  await hub.pool.query(
    `insert into syncs (id, workspace_id, connection_id, provider, model, collection, direction, conflict_policy)
     values ($1, $2, $3, 'made', 'rows', 'rows', 'both', 'newest')`,
    [syncId, workspaceId, connectionId],
  )
  await hub.pool.query(
    `insert into sync_runs (id, workspace_id, sync_id, trigger, status, claim, started_at)
     values ($1, $2, $3, 'manual', 'running', 1, now())`,
    [runId, workspaceId, syncId],
  )
  const rowsOfOthers = `with rows as (
    select lpad(w::text, 26, '0') as ws, lpad(w::text, 26, '0') as sync, lpad(w || 'x' || n, 26, '0') as rec, n
    from generate_series(1, ${others}) w, generate_series(1, ${each}) n)`
  for (const fill of fills) await hub.pool.query(`${rowsOfOthers} ${fill}`)
  await hub.pool.query('analyze records; analyze record_links; analyze record_keys')
  const own = `with rows as (
    select '${workspaceId}' as ws, '${syncId}' as sync, 'rec_' || lpad(n::text, 26, 'z') as rec, n
    from generate_series(1, ${size}) n)`
  for (const fill of fills) await hub.pool.query(`${own} ${fill}`)
  await hub.pool.query(`insert into collections (workspace_id, name, last_change) values ($1, 'rows', $2)`, [
    workspaceId,
    size,
  ])
  await hub.pool.query(
    `insert into sync_run_suspects (run_id, external_id, gone) select $1, 'item-' || n, n % 2 = 0
     from generate_series(1, $2::int) n`,
    [runId, size],
  )
  const all = Array.from({ length: size }, (_, n) => n + 1)
  const keyed = all.map(n => ({ id: `rec_${String(n).padStart(26, 'z')}`, data: dataOf(n), isGone: false }))
  await writeKeys(hub.db, workspaceId, 'rows', keys, keyed)
}, 60_000)

const calls = [
  { key: 'one', items: ids.map(recordId => ({ recordId, write: { kind: 'create', body: {} }, values: {} })) },
]
const suspects = items.map(externalId => ({ externalId, version: null, at: undefined }))

const works: Record<string, (db: Executor) => Promise<unknown>> = {
  'the next records to push': db => nextCandidates(db, { ...hold, run: { ...hold.run, lap_end: 2 * some } }, 0),
  'records with their links': db => candidatesById(db, workspaceId, syncId, ids),
  'what is due again': db => dueRetries(db, hold, 200),
  'noting a call': db => noteCalls(db, hold, calls as Parameters<typeof noteCalls>[2]),
  'what is under way': db => underWay(db, hold, 'one'),
  'a call that failed': db => notePendingFailure(db, hold, 'one'),
  'forgetting a call': db => forgetCall(db, hold, 'two'),
  'locking by records': db => lockByRecord(db, workspaceId, syncId, ids),
  'locking by items': db => lockByItem(db, workspaceId, syncId, items),
  'locking by both': db => lockByItemOrRecord(db, workspaceId, syncId, items.slice(50), ids.slice(0, 50)),
  'the records of items': db => recordsOfItems(db, workspaceId, syncId, items),
  'writing records': db => {
    const updates = ids.map((id, n) => ({ id, data: dataOf(n), deleted: false }))
    return writeRecords(db, workspaceId, 'rows', [], updates, { actor: syncId })
  },
  'writing links': db => {
    const links = ids.map((id, n) => ({ ...emptyLink(id, items[n]!), recordVersion: 1 }))
    return writeLinks(db, workspaceId, syncId, links)
  },
  'dropping links': db => dropLinks(db, workspaceId, syncId, ids),
  'one record': db => findRecord(db, workspaceId, ids[0]!),
  'who is who': async db => {
    const known = new References(db, workspaceId, connectionId)
    await known.recordsOf(items.map(externalId => ({ model: 'rows', externalId })))
    await known.itemsOf(ids.map(recordId => ({ model: 'rows', recordId })))
    await known.fieldOf(ids, 'displayName')
  },
  'the keys of records': db => {
    const keyed = ids.map((id, n) => ({ id, data: dataOf(n), isGone: false }))
    return writeKeys(db, workspaceId, 'rows', keys, keyed)
  },
  'the records that have keys': db => {
    const asked = numbers.map(n => keysIn(keys, dataOf(n)))
    return findCandidates(db, { workspaceId, collection: 'rows', syncId }, asked)
  },
  'what seems to be gone': db => {
    const gone = items.map(externalId => ({ externalId, version: null, json: '{}', hash: '', isDeleted: true }))
    return suspect(db, hold, gone as unknown as Parameters<typeof suspect>[2])
  },
  'the next that seem to be gone': db => nextSuspects(db, runId, true, 40),
  'what is found gone': db => confirmDeleted(db, runId, suspects),
  'what is there after all': db => dropSuspects(db, runId, items),
}

/** What a function asks the database: its statements, with their values. It is carried out, and undone. */
async function statementsOf(work: (db: Executor) => Promise<unknown>) {
  const asked: { text: string; values: readonly unknown[] }[] = []
  const log = ({ query }: { query: CompiledQuery }) => void asked.push({ text: query.sql, values: query.parameters })
  const undone = new Error('undone')
  const db = new Kysely<Schema>({ dialect: new PostgresDialect({ pool: hub.pool }), log })
  const tried = db.transaction().execute(async trx => {
    await work(trx)
    throw undone
  })
  await tried.catch((error: unknown) => {
    if (error !== undone) throw error
  })
  return asked.filter(({ text }) => !/^(begin|rollback)/.test(text))
}

/** The same of a function that asks the pool itself. */
async function askedOfPool(work: (recorded: typeof hub) => Promise<unknown>) {
  const asked: { text: string; values: readonly unknown[] }[] = []
  const query = (text: string, values: unknown[]) => (asked.push({ text, values }), hub.pool.query(text, values))
  await work({ ...hub, pool: { query } } as unknown as typeof hub)
  return asked
}

async function expectFewRead(statements: readonly { text: string; values: readonly unknown[] }[]) {
  expect(statements.length).toBeGreaterThan(0)
  for (const { text, values } of statements) {
    const plan = await planOf(hub.pool, text, values)
    expect([text, scanned(plan)]).toEqual([text, []])
    expect([text, readRows(plan) <= 4 * some]).toEqual([text, true])
  }
}

describe('of a sync that the statistics do not know', () => {
  it.each(Object.entries(works))('%s: nothing else is read', async (_what, work) => {
    await expectFewRead(await statementsOf(work))
  })

  it('what differs of a page: nothing else is read', async () => {
    const page = items.map(externalId => ({
      externalId,
      version: '1',
      json: '{}',
      hash: 'x'.repeat(32),
      isDeleted: false,
    }))
    const look = (recorded: typeof hub) => findStale(recorded, hold, page as unknown as Parameters<typeof findStale>[2])
    await expectFewRead(await askedOfPool(look))
  })
})
