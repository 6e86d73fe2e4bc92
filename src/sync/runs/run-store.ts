import { sql } from 'kysely'
import type { Executor } from '../../db/database.ts'
import { behind, type Position } from '../../db/keyset.ts'
import { HubError, type ErrorCode } from '../../errors.ts'
import { newId } from '../../ids.ts'
import type { RunTrigger } from '../contract.ts'
import type { RunRow } from './run-row.ts'
import { noteEnds } from './trouble.ts'

/**
 * Asks for a run, unless one is asked for already: then it gives that one. A request for everything is not lost in one for
 * changes only, nor is what a person lets it delete.
 */
export async function insertRequest(
  db: Executor,
  workspaceId: string,
  syncId: string,
  trigger: RunTrigger,
  full: boolean,
  deletionsAllowed: number | null = null,
): Promise<RunRow> {
  const id = newId('syncRun')
  const request = { id, workspace_id: workspaceId, sync_id: syncId, trigger, status: 'requested' as const, full }
  return db
    .insertInto('sync_runs')
    .values({ ...request, deletions_allowed: deletionsAllowed })
    .onConflict(conflict =>
      conflict
        .column('sync_id')
        .where('status', '=', 'requested')
        .doUpdateSet({
          full: sql<boolean>`sync_runs.full or excluded.full`,
          deletions_allowed: sql<number | null>`coalesce(excluded.deletions_allowed, sync_runs.deletions_allowed)`,
        }),
    )
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** The one run of a sync in a state that only one can be in. */
export async function openRun(
  db: Executor,
  workspaceId: string,
  syncId: string,
  status: 'requested' | 'running',
): Promise<RunRow | undefined> {
  return db
    .selectFrom('sync_runs')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('sync_id', '=', syncId)
    .where('status', '=', status)
    .executeTakeFirst()
}

/** What a run is to do. */
export interface RunPlan {
  full: boolean
  compare: boolean
  direction: 'pull' | 'push' | 'both'
  /** So many items a pass over everything will meet, where that can be told. */
  expected?: number | null
  /** The unfinished pass of a run before, to go on with. */
  pass?: { cursor: string; startedAt: Date } | undefined
}

/** Turns a request into the running run. Relies on the caller holding the sync's row. */
export async function startRun(
  db: Executor,
  run: RunRow,
  workflowId: string,
  { pass, ...plan }: RunPlan,
): Promise<void> {
  await db
    .updateTable('sync_runs')
    .set({
      status: 'running',
      ...plan,
      resumed_cursor: pass?.cursor ?? null,
      pass_started_at: plan.full ? (pass?.startedAt ?? sql<Date>`now()`) : null,
      workflow_id: workflowId,
      started_at: sql<Date>`now()`,
      alive_at: sql<Date>`now()`,
    })
    .where('workspace_id', '=', run.workspace_id)
    .where('id', '=', run.id)
    .where('status', '=', 'requested')
    .execute()
}

const notWaiting = { waiting_for: null, waiting_until: null }

/** Ends a run that is in one of these states; gives it, or undefined when another was faster. */
export async function endRun(
  db: Executor,
  workspaceId: string,
  runId: string,
  from: ('requested' | 'running')[],
  status: 'succeeded' | 'failed' | 'cancelled',
  errorCode: ErrorCode | null,
): Promise<RunRow | undefined> {
  const run = await db
    .updateTable('sync_runs')
    .set({
      // A run that went well but for deletions that it holds has not succeeded: the next one looks at them again.
      status: sql`case when deletions_held > 0 and ${status} = 'succeeded' then 'failed' else ${status} end`,
      error_code: sql`case when deletions_held > 0 and ${status} = 'succeeded' then 'DELETIONS_HELD' else ${errorCode} end`,
      finished_at: sql<Date>`now()`,
      ...notWaiting,
    })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', runId)
    .where('status', 'in', from)
    .returningAll()
    .executeTakeFirst()
  if (run) await noteEnds(db, workspaceId, [run])
  // What a run saw that did not come to its end is kept for the next, which may go on with its pass.
  if (run?.status === 'succeeded') {
    await db.deleteFrom('sync_run_pages').where('run_id', '=', runId).execute()
    await db.deleteFrom('sync_run_suspects').where('run_id', '=', runId).execute()
  }
  return run
}

/**
 * Cancels what syncs have running or asked for. Whoever works on it stops at its next commit. Gives the workflows that held
 * runs: one may be asleep.
 */
export async function cancelRuns(
  db: Executor,
  workspaceId: string,
  syncIds: string[],
  errorCode: ErrorCode,
): Promise<string[]> {
  if (syncIds.length === 0) return []
  const rows = await db
    .updateTable('sync_runs')
    .set({ status: 'cancelled', error_code: errorCode, finished_at: sql<Date>`now()`, ...notWaiting })
    .where('workspace_id', '=', workspaceId)
    .where('sync_id', 'in', syncIds)
    .where('status', 'in', ['requested', 'running'])
    .returningAll()
    .execute()
  await noteEnds(db, workspaceId, rows)
  return rows.flatMap(row => row.workflow_id ?? [])
}

/** @throws HubError `SYNC_RUN_NOT_FOUND` */
export async function findRun(db: Executor, workspaceId: string, syncId: string, runId: string): Promise<RunRow> {
  const run = await db
    .selectFrom('sync_runs')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('sync_id', '=', syncId)
    .where('id', '=', runId)
    .executeTakeFirst()
  if (!run) throw new HubError('SYNC_RUN_NOT_FOUND')
  return run
}

/** A page of a sync's runs, newest first. */
export async function listRuns(
  db: Executor,
  workspaceId: string,
  syncId: string,
  list: { after: Position | undefined; limit: number },
): Promise<RunRow[]> {
  return db
    .selectFrom('sync_runs')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('sync_id', '=', syncId)
    .where(behind(list.after))
    .orderBy('id', 'desc')
    .limit(list.limit)
    .execute()
}
