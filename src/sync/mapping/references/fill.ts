import { sql } from 'kysely'
import { findProvider } from '../../../catalogue/find.ts'
import { stepsOf } from '../../../calls/json-path.ts'
import { withValue, type Values } from '../../../calls/json-write.ts'
import type { ConnectionParts } from '../../../connections/parts.ts'
import type { Executor } from '../../../db/database.ts'
import { commitSettled, countsOf } from '../../links/commit-settled.ts'
import { lockByRecord, type LinkedRecord } from '../../links/link-store.ts'
import { settleKnown, type Settled } from '../../links/settle.ts'
import type { RunHold } from '../../runs/run-hold.ts'
import { hashTextOf } from '../canonical.ts'
import type { Item } from '../items.ts'
import { mappingOfSync } from '../overrides/apply.ts'
import { listUnknown } from './unknown.ts'

const batch = 500

/** A reference whose item has a record now. */
interface Found {
  sync_id: string
  record_id: string
  path: string
  target_id: string
}

/**
 * Fills references that waited for records: those of this sync, and those of the connection's other syncs to what this run has
 * linked. Each counts as a change at the platform, so that the policy decides where the hub has changed the same field. What should
 * be known by now, and is not, is listed.
 */
export async function fillReferences(hub: ConnectionParts, hold: RunHold): Promise<void> {
  const others = await hasLinked(hub.db, hold)
  if (others || hold.mapping.references.length > 0) await fillFound(hub, hold, others)
  await listUnknown(hub.db, hold)
}

async function fillFound(hub: ConnectionParts, hold: RunHold, others: boolean): Promise<void> {
  for (;;) {
    const found = await findFound(hub.db, hold, others)
    for (const syncId of new Set(found.map(one => one.sync_id))) {
      const own = found.filter(one => one.sync_id === syncId)
      const filled = syncId === hold.sync.id ? hold : await holdOf(hub, hold, syncId)
      await hub.db.transaction().execute(trx => fillOne(hub, trx, filled, syncId, own))
    }
    if (found.length < batch) return
  }
}

/** Whether a run has made records or items known to each other that were not. */
export async function hasLinked(db: Executor, { workspaceId, runId }: RunHold): Promise<boolean> {
  const run = await db
    .selectFrom('sync_runs')
    .select(['created', 'pushed'])
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', runId)
    .executeTakeFirst()
  return run !== undefined && run.created + run.pushed > 0
}

/** Relies on the primary key of waiting_references, waiting_references_by_model, syncs_once and record_links_by_thing. */
async function findFound(db: Executor, { workspaceId, sync }: RunHold, others: boolean): Promise<Found[]> {
  const { rows } = await sql<Found>`
    select w.sync_id, w.record_id, w.path, min(l.record_id) as target_id
    from waiting_references w
    join record_links own on own.sync_id = w.sync_id and own.record_id = w.record_id and own.state <> 'conflict'
      and own.error_code is distinct from 'AMBIGUOUS_MATCH'
    join syncs s on s.workspace_id = w.workspace_id and s.connection_id = w.connection_id and s.model = w.model
      and s.deleted_at is null
    join record_links l on l.sync_id = s.id and l.external_id = w.external_id and not l.gone
    where w.workspace_id = ${workspaceId} and w.connection_id = ${sync.connection_id} and w.external_id is not null
      and (w.sync_id = ${sync.id} or (${others} and w.model = ${sync.model}))
    group by w.sync_id, w.record_id, w.path
    order by w.sync_id, w.record_id, w.path limit ${batch}`.execute(db)
  return rows
}

/** This run, as it writes for another sync of its connection; undefined when that is there no more. */
async function holdOf(hub: ConnectionParts, hold: RunHold, syncId: string): Promise<RunHold | undefined> {
  const sync = await hub.db
    .selectFrom('syncs')
    .selectAll()
    .where('workspace_id', '=', hold.workspaceId)
    .where('id', '=', syncId)
    .where('deleted_at', 'is', null)
    .executeTakeFirst()
  const { models } = await findProvider(hub, hold.workspaceId, hold.sync.provider)
  const model = sync && models?.[sync.model]
  return model && { ...hold, sync, mapping: mappingOfSync(model, sync) }
}

async function fillOne(
  hub: ConnectionParts,
  trx: Executor,
  hold: RunHold | undefined,
  syncId: string,
  found: readonly Found[],
): Promise<void> {
  const recordIds = [...new Set(found.map(one => one.record_id))]
  if (!hold) return forget(trx, found)
  const { workspaceId, sync, mapping } = hold
  const linked = await lockByRecord(trx, workspaceId, syncId, recordIds)
  const rest = await waitsBeside(trx, workspaceId, syncId, recordIds, found)
  const settling = { mapping, policy: sync.conflict_policy, now: new Date() }
  const settled = linked.flatMap((known): Settled[] => {
    const own = found.filter(one => one.record_id === known.link.record_id)
    const item = itemWith(hold, known, own, rest.get(known.link.record_id) ?? [])
    return item ? [settleKnown(settling, known, { item })] : []
  })
  await commitSettled(hub, trx, hold, settled, hold.sync.id === syncId ? countsOf(settled) : {})
  const done = new Set(settled.map(({ link }) => link.recordId))
  await forget(
    trx,
    found.filter(one => !done.has(one.record_id)),
  )
}

/** The item as it was last seen, with what it names. */
function itemWith(
  { mapping }: RunHold,
  { link, record }: LinkedRecord,
  found: readonly Found[],
  unresolved: NonNullable<Item['gaps']>['unresolved'],
): Item | undefined {
  if (!record || link.base === null || link.external_id === null || link.gone) return undefined
  const base = found.reduce<Values>((data, one) => withValue(data, stepsOf(one.path), one.target_id), link.base)
  const json = mapping.jsonOf(mapping.fieldsOf(base))
  const unfit = Object.entries(link.field_errors ?? {}).flatMap(([path, code]) =>
    code === 'FIELD_UNFIT' ? [path] : [],
  )
  return {
    ...{ externalId: link.external_id, version: link.external_version, json, hash: hashTextOf(json), isDeleted: false },
    updatedAt: link.external_updated_at ?? undefined,
    gaps: { unfit, unresolved },
  }
}

/** What else the same records wait for. */
async function waitsBeside(
  db: Executor,
  workspaceId: string,
  syncId: string,
  recordIds: string[],
  found: readonly Found[],
) {
  const rows = await db
    .selectFrom('waiting_references')
    .select(['record_id', 'path', 'model', 'external_id'])
    .where('workspace_id', '=', workspaceId)
    .where('sync_id', '=', syncId)
    .where('record_id', 'in', recordIds)
    .where('external_id', 'is not', null)
    .execute()
  const isFound = new Set(found.map(one => `${one.record_id} ${one.path}`))
  const open = rows.filter(row => !isFound.has(`${row.record_id} ${row.path}`))
  const waits = (row: (typeof rows)[number]) => ({
    ...{ path: row.path, model: row.model, externalId: row.external_id! },
  })
  return new Map(recordIds.map(id => [id, open.filter(row => row.record_id === id).map(waits)]))
}

/** References of records that are there no more, or were never settled. */
async function forget(trx: Executor, found: readonly Found[]): Promise<void> {
  for (const one of found) {
    await trx
      .deleteFrom('waiting_references')
      .where('sync_id', '=', one.sync_id)
      .where('record_id', '=', one.record_id)
      .where('path', '=', one.path)
      .execute()
  }
}
