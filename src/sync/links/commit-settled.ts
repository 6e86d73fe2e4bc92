import type { Executor } from '../../db/database.ts'
import type { ConnectionParts } from '../../connections/parts.ts'
import { publishRecordEvents } from '../records/events.ts'
import { writeHistory } from '../history/write-history.ts'
import { writeLinks } from './link-store.ts'
import { noteUnresolved } from '../mapping/references/waits.ts'
import { writeRecords } from '../records/record-writes.ts'
import { moveRun, type RunCounts, type RunHold, type RunPlace } from '../runs/run-hold.ts'
import type { Settled } from './settle.ts'

/** What settling did to records, counted. */
export function countsOf(settled: readonly Settled[]): RunCounts {
  return {
    created: settled.filter(({ insert }) => insert).length,
    updated: settled.filter(({ update }) => update && !update.deleted).length,
    deleted: settled.filter(({ update }) => update?.deleted).length,
    conflicts: settled.reduce((sum, { collisions }) => sum + collisions, 0),
  }
}

/** Writes what was settled, with its history, moves the run on and publishes the changes, all in the caller's transaction. */
export async function commitSettled(
  hub: ConnectionParts,
  db: Executor,
  hold: RunHold,
  settled: readonly Settled[],
  counts: RunCounts,
  place?: Partial<RunPlace>,
): Promise<void> {
  const { workspaceId, sync } = hold
  await moveRun(db, hold, counts, place)
  const inserts = settled.flatMap(({ insert }) => insert ?? [])
  const updates = settled.flatMap(({ update }) => update ?? [])
  const by = { actor: sync.id, runId: hold.runId }
  await writeRecords(db, workspaceId, sync.collection, inserts, updates, by)
  const changes = settled.flatMap(({ link, change }) => (change ? { recordId: link.recordId, ...change } : []))
  await writeHistory(db, workspaceId, by, changes)
  await writeLinks(
    db,
    workspaceId,
    sync.id,
    settled.map(({ link }) => link),
  )
  const seen = settled.flatMap(({ link, unresolved }) => (unresolved ? [[link.recordId, unresolved] as const] : []))
  await noteUnresolved(db, { workspaceId, syncId: sync.id, connectionId: sync.connection_id }, new Map(seen))
  const source = { collection: sync.collection, syncId: sync.id, runId: hold.runId }
  await publishRecordEvents(hub, db, workspaceId, source, {
    'record.created': inserts.map(({ id }) => id),
    'record.updated': updates.filter(({ deleted }) => !deleted).map(({ id }) => id),
    'record.deleted': updates.filter(({ deleted }) => deleted).map(({ id }) => id),
  })
}

/** SQLSTATE classes 22 and 23: it is the data that Postgres does not take, not the moment. */
export function isDataError(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' && /^2[23]/.test(code) && code.length === 5
}
