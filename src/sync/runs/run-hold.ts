import { sql, type Selectable } from 'kysely'
import type { Executor } from '../../db/database.ts'
import type { SyncRunsTable } from '../../db/schema/sync-runs.ts'
import type { SyncsTable } from '../../db/schema/syncs.ts'
import { HubError } from '../../errors.ts'
import { filledModel } from '../mapping/filled-model.ts'
import { findProvider, type CatalogueParts } from '../../catalogue/find.ts'
import type { RunRef } from '../contract.ts'
import type { Mapping } from '../mapping/mapping.ts'
import { mappingOfSync } from '../mapping/overrides/apply.ts'
import { References } from '../mapping/references/look-up.ts'

/** A run in the hands of one attempt of one activity: only who has the newest claim may write. */
export interface RunHold {
  workspaceId: string
  runId: string
  claim: number
  sync: Selectable<SyncsTable>
  run: Selectable<SyncRunsTable>
  mapping: Mapping
  /** Who is who at its connection. */
  references: References
  /** How many items were found gone because the platform refused a write of them. */
  deletedByRefusal: number
}

/** What a page or a batch adds to a run's counts. */
export type RunCounts = Partial<
  Record<
    'pulled' | 'created' | 'updated' | 'unchanged' | 'deleted' | 'pushed' | 'conflicts' | 'failed' | 'skipped',
    number
  >
>

/** Where a run goes on. */
export interface RunPlace {
  phase: 'settle' | 'pull' | 'compare' | 'push' | 'done'
  cursor: string | null
}

/**
 * Takes a run up: from now on an earlier attempt that is still alive somewhere can write no more.
 * @throws HubError `SYNC_STOPPED` when the run is no longer under way
 */
export async function takeUpRun(hub: CatalogueParts, { workspaceId, syncId, runId }: RunRef): Promise<RunHold> {
  const { db } = hub
  const run = await db
    .updateTable('sync_runs')
    .set({ claim: sql<number>`claim + 1`, alive_at: sql<Date>`now()`, waiting_for: null, waiting_until: null })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', runId)
    .where('status', '=', 'running')
    .returningAll()
    .executeTakeFirst()
  const row = await db
    .selectFrom('syncs')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', syncId)
    .executeTakeFirst()
  if (!run || !row) throw stopped()
  const model = (await findProvider(hub, workspaceId, row.provider)).models?.[row.model]
  if (!model) throw new HubError('INVALID_MODEL')
  const references = new References(db, workspaceId, row.connection_id)
  const mapping = mappingOfSync(filledModel(model, row.config), row)
  return { workspaceId, runId, claim: run.claim, sync: row, run, mapping, references, deletedByRefusal: 0 }
}

/**
 * Adds to the counts of a run and moves it on, in the caller's transaction.
 * @throws HubError `SYNC_STOPPED` when the run is not this attempt's any more: the transaction must not commit
 */
export async function moveRun(
  db: Executor,
  hold: RunHold,
  counts: RunCounts,
  place?: Partial<RunPlace> & { full?: boolean; compare?: boolean; deletions_held?: number; feed_token?: string },
): Promise<void> {
  const added = Object.entries(counts).map(([name, count]) => [name, sql<number>`${sql.ref(name)} + ${count}`])
  const { numUpdatedRows } = await db
    .updateTable('sync_runs')
    .set({
      ...(Object.fromEntries(added) as Record<string, never>),
      ...place,
      error_code: null,
      alive_at: sql<Date>`now()`,
    })
    .where('workspace_id', '=', hold.workspaceId)
    .where('id', '=', hold.runId)
    .where('claim', '=', hold.claim)
    .where('status', '=', 'running')
    .executeTakeFirst()
  if (numUpdatedRows === 0n) throw stopped()
  if (place) Object.assign(hold.run, place)
}

/**
 * Says that nothing can be done for a while, and why; the run keeps its place. An error's code stays until something is done
 * again.
 * @throws HubError `SYNC_STOPPED`
 */
export async function noteWaiting(
  db: Executor,
  hold: RunHold,
  wait: { for: 'rate_limit' | 'export' | 'provider_error'; waitMs: number; errorCode?: string },
): Promise<void> {
  const { numUpdatedRows } = await db
    .updateTable('sync_runs')
    .set({
      waiting_for: wait.for,
      waiting_until: new Date(Date.now() + wait.waitMs),
      ...(wait.errorCode === undefined ? {} : { error_code: wait.errorCode }),
      alive_at: sql<Date>`now()`,
    })
    .where('workspace_id', '=', hold.workspaceId)
    .where('id', '=', hold.runId)
    .where('claim', '=', hold.claim)
    .where('status', '=', 'running')
    .executeTakeFirst()
  if (numUpdatedRows === 0n) throw stopped()
}

/** The run was cancelled, paused, or taken up by another attempt. */
export function stopped(): HubError {
  return new HubError('SYNC_STOPPED')
}
