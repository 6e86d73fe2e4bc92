import { sql, type Selectable } from 'kysely'
import type { Executor } from '../db/database.ts'
import { behind, type Position } from '../db/keyset.ts'
import type { FieldOverride } from '../catalogue/schema/items/overrides.ts'
import type { HeldDeletions, SyncsTable } from '../db/schema/syncs.ts'
import { HubError } from '../errors.ts'
import type { MatchKeys } from '../catalogue/schema/items/lookup.ts'
import type { ConflictPolicy } from './policy.ts'
import { pollNow } from './polling/poll-store.ts'
import { watchNow } from './runs/watch-now.ts'

export type SyncSchedule = ({ every: string } | { cron: string; timeZone: string }) & {
  /** How much later than due a run may begin, and how late one is still made up for, such as `30s`; defaults unless said. */
  jitter?: string | undefined
  catchUp?: string | undefined
}

/** A sync as the hub's features see it. */
export interface Sync {
  id: string
  workspaceId: string
  connectionId: string
  provider: string
  model: string
  collection: string
  /** What the model asks for, such as a repository. */
  config: Record<string, string>
  direction: 'pull' | 'push' | 'both'
  conflictPolicy: ConflictPolicy
  /** The keys by which its items join records; null: the model's. */
  match: MatchKeys | null
  schedule: SyncSchedule | null
  status: 'active' | 'paused'
  pausedBecause: SyncsTable['paused_because']
  /** The platform's changes before this are in the hub. */
  changedSince: Date | null
  /** Deletions that wait for a person. */
  deletionsHeld: HeldDeletions | null
  scheduleRevision: number
  /** Whether the Schedule in Temporal is as the row says. */
  isScheduleApplied: boolean
  /** The last run that ended; null before the first. */
  lastRun: LastRun | null
  /** Since when runs fail; null when the last one succeeded, and while the sync is paused. */
  failingSince: Date | null
  /** So many rows wait for a person, 1,000 at most, and since when some do. */
  issuesHeld: number
  issuesSince: Date | null
  /** The workspace's own pairs of fields; null where the platform's are all. */
  mapping: FieldOverride[] | null
  /** Fields that lead to another place of the platform's since the pairs were changed, until a pass over everything. */
  remapped: string[] | null
  /** When the pairs were last changed. */
  mappedAt: Date | null
  /** Whether it may be polled besides, where it is run by webhooks. */
  polling: boolean
  /** When it is next looked whether to poll; null for one that is not polled. */
  pollAt: Date | null
  createdAt: Date
  updatedAt: Date
}

/** How a run ended. */
export interface LastRun {
  id: string
  status: 'succeeded' | 'failed' | 'cancelled'
  errorCode: string | null
  finishedAt: Date
}

export function syncFromRow(row: Selectable<SyncsTable>): Sync {
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    connectionId: row.connection_id,
    provider: row.provider,
    model: row.model,
    collection: row.collection,
    config: row.config,
    direction: row.direction,
    conflictPolicy: row.conflict_policy,
    match: row.match,
    schedule: row.schedule,
    status: row.status,
    pausedBecause: row.paused_because,
    changedSince: row.changed_since,
    deletionsHeld: row.deletions_held,
    scheduleRevision: row.schedule_revision,
    isScheduleApplied: row.schedule_revision === row.schedule_applied,
    lastRun: lastRunOf(row),
    failingSince: row.failing_since,
    issuesHeld: row.issues_held,
    issuesSince: row.issues_since,
    mapping: row.mapping as FieldOverride[] | null,
    remapped: row.remapped,
    mappedAt: row.mapped_at,
    polling: row.polling,
    pollAt: row.poll_at,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}

function lastRunOf(row: Selectable<SyncsTable>): LastRun | null {
  const { last_run_id: id, last_run_status: status, last_run_finished_at: finishedAt } = row
  if (id === null || status === null || finishedAt === null) return null
  return { id, status, errorCode: row.last_run_error_code, finishedAt }
}

/** @throws HubError `SYNC_NOT_FOUND` */
export async function findSync(db: Executor, workspaceId: string, syncId: string): Promise<Sync> {
  const row = await db
    .selectFrom('syncs')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', syncId)
    .where('deleted_at', 'is', null)
    .executeTakeFirst()
  if (!row) throw new HubError('SYNC_NOT_FOUND')
  return syncFromRow(row)
}

/** The same, locked until the caller's transaction ends. @throws HubError `SYNC_NOT_FOUND` */
export async function lockSync(db: Executor, workspaceId: string, syncId: string): Promise<Sync> {
  const row = await db
    .selectFrom('syncs')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', syncId)
    .where('deleted_at', 'is', null)
    .forUpdate()
    .executeTakeFirst()
  if (!row) throw new HubError('SYNC_NOT_FOUND')
  return syncFromRow(row)
}

export interface SyncFilter {
  connectionIds?: string[] | undefined
  collection?: string | undefined
  lastRunStatus?: LastRun['status'] | undefined
  after?: Position | undefined
  limit: number
}

/** A page of a workspace's syncs, newest first. Relies on syncs_by_workspace, syncs_by_last_run and syncs_once. */
export async function listSyncs(db: Executor, workspaceId: string, filter: SyncFilter): Promise<Sync[]> {
  let query = db.selectFrom('syncs').selectAll().where('workspace_id', '=', workspaceId).where('deleted_at', 'is', null)
  if (filter.connectionIds?.length === 0) return []
  if (filter.connectionIds !== undefined) query = query.where('connection_id', 'in', filter.connectionIds)
  if (filter.lastRunStatus !== undefined) query = query.where('last_run_status', '=', filter.lastRunStatus)
  if (filter.collection !== undefined) query = query.where('collection', '=', filter.collection)
  return (await query.where(behind(filter.after)).orderBy('id', 'desc').limit(filter.limit).execute()).map(syncFromRow)
}

export interface NewSync {
  id: string
  workspaceId: string
  connectionId: string
  provider: string
  model: string
  collection: string
  config: Record<string, string>
  direction: Sync['direction']
  conflictPolicy: ConflictPolicy
  match: MatchKeys | null
  schedule: SyncSchedule | null
  mapping: FieldOverride[] | null
  polling: boolean
  pollAt: Date | null
}

export async function insertSync(db: Executor, sync: NewSync): Promise<Sync> {
  const row = await db
    .insertInto('syncs')
    .values({
      id: sync.id,
      workspace_id: sync.workspaceId,
      connection_id: sync.connectionId,
      provider: sync.provider,
      model: sync.model,
      collection: sync.collection,
      config: JSON.stringify(sync.config),
      direction: sync.direction,
      conflict_policy: sync.conflictPolicy,
      match: sync.match && JSON.stringify(sync.match),
      schedule: JSON.stringify(sync.schedule),
      schedule_revision: sync.schedule === null ? 0 : 1,
      mapping: sync.mapping && JSON.stringify(sync.mapping),
      polling: sync.polling,
      poll_at: sync.pollAt,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  return syncFromRow(row)
}

export interface SyncChanges {
  direction?: Sync['direction'] | undefined
  conflictPolicy?: ConflictPolicy | undefined
  match?: MatchKeys | null | undefined
  schedule?: SyncSchedule | null | undefined
  status?: Sync['status'] | undefined
  pausedBecause?: Sync['pausedBecause'] | undefined
  /** The pairs of fields, and which of them lead to another place than before. */
  mapping?: { overrides: FieldOverride[] | null; remapped: string[] } | undefined
  polling?: boolean | undefined
  pollAt?: Date | null | undefined
}

/** Changes a sync that the caller has locked; whatever its Schedule has to follow raises the revision. */
export async function updateSync(db: Executor, sync: Sync, changes: SyncChanges): Promise<Sync> {
  const { direction, conflictPolicy, match, schedule, status, pausedBecause, mapping, polling, pollAt } = changes
  const isRescheduled = schedule !== undefined || status !== undefined
  const row = await db
    .updateTable('syncs')
    .set({
      ...(direction === undefined ? {} : { direction }),
      ...(conflictPolicy === undefined ? {} : { conflict_policy: conflictPolicy }),
      ...(match === undefined ? {} : { match: match && JSON.stringify(match) }),
      ...(schedule === undefined ? {} : { schedule: JSON.stringify(schedule) }),
      ...(status === undefined ? {} : { status }),
      ...(pausedBecause === undefined ? {} : { paused_because: pausedBecause }),
      ...(isRescheduled ? { schedule_revision: sql<number>`schedule_revision + 1`, watch_until: watchNow } : {}),
      ...(status === 'paused' ? { failing_since: null } : {}),
      ...(mapping === undefined ? {} : mappingColumns(sync, mapping)),
      ...(polling === undefined ? {} : { polling }),
      ...(pollAt === undefined ? {} : { poll_at: pollAt }),
      // What came while it rested was not heeded.
      ...(status === 'active' ? { poll_at: pollNow } : {}),
      updated_at: sql<Date>`now()`,
    })
    .where('workspace_id', '=', sync.workspaceId)
    .where('id', '=', sync.id)
    .where('deleted_at', 'is', null)
    .returningAll()
    .executeTakeFirst()
  if (!row) throw new HubError('SYNC_NOT_FOUND')
  return syncFromRow(row)
}

/** Everything is read again, and compared by the new pairs. */
function mappingColumns(sync: Sync, { overrides, remapped }: NonNullable<SyncChanges['mapping']>) {
  const all = [...new Set([...(sync.remapped ?? []), ...remapped])]
  return {
    mapping: overrides && JSON.stringify(overrides),
    remapped: all.length === 0 ? null : JSON.stringify(all),
    mapped_at: sql<Date>`now()`,
    full_pass_at: null,
  }
}

/** Deletes a sync for its users; reconcile removes its Schedule, its links and at last the row. */
export async function markDeleted(db: Executor, sync: Sync): Promise<void> {
  await db
    .updateTable('syncs')
    .set({
      deleted_at: sql<Date>`now()`,
      status: 'paused',
      failing_since: null,
      watch_until: watchNow,
      schedule_revision: sql<number>`schedule_revision + 1`,
      updated_at: sql<Date>`now()`,
    })
    .where('workspace_id', '=', sync.workspaceId)
    .where('id', '=', sync.id)
    .where('deleted_at', 'is', null)
    .execute()
}
