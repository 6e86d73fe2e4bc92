import { sql } from 'kysely'
import type { Executor } from '../../db/database.ts'
import { errorCodes, type ErrorCode } from '../../errors.ts'
import type { RunRow } from './run-row.ts'

/** A pass over everything that a run before began and did not end. */
export interface UnfinishedPass {
  runId: string
  cursor: string
  startedAt: Date
  compare: boolean
}

/** A platform's cursors are not good for ever, and what was read first is old by the time that the last page comes. */
const goodForMs = 24 * 3_600_000
const longestPassMs = 7 * 24 * 3_600_000

/**
 * The pass that a new run of a sync may go on with: that of its last run, when this ended on the way for a reason that has
 * nothing to do with its place, not long ago. A place from which nothing could be read is not tried twice, so that a bad cursor
 * does not stay for ever.
 */
export async function unfinishedPass(
  db: Executor,
  workspaceId: string,
  syncId: string,
  now: Date,
): Promise<UnfinishedPass | undefined> {
  const run = await lastEnded(db, workspaceId, syncId)
  if (!run?.full || run.started_at === null || run.finished_at === null || !isPassing(run)) return undefined
  const isFresh = run.phase === 'settle'
  const cursor = isFresh ? run.resumed_cursor : run.phase === 'pull' ? run.cursor : null
  if (cursor === null || (!isFresh && cursor === run.resumed_cursor)) return undefined
  const startedAt = run.pass_started_at ?? run.started_at
  const isGood =
    now.getTime() - run.finished_at.getTime() < goodForMs && now.getTime() - startedAt.getTime() < longestPassMs
  return isGood ? { runId: run.id, cursor, startedAt, compare: run.compare } : undefined
}

/** Leaves what the last run of a sync saw to the run that goes on with its pass, or forgets it. */
export async function handOnPages(db: Executor, run: RunRow, pass: UnfinishedPass | undefined): Promise<void> {
  if (pass) {
    await db.updateTable('sync_run_pages').set({ run_id: run.id }).where('run_id', '=', pass.runId).execute()
    await db.updateTable('sync_run_suspects').set({ run_id: run.id }).where('run_id', '=', pass.runId).execute()
    return
  }
  const last = await lastEnded(db, run.workspace_id, run.sync_id)
  if (!last) return
  await db.deleteFrom('sync_run_pages').where('run_id', '=', last.id).execute()
  await db.deleteFrom('sync_run_suspects').where('run_id', '=', last.id).execute()
}

/** Relies on sync_runs_by_sync. */
async function lastEnded(db: Executor, workspaceId: string, syncId: string): Promise<RunRow | undefined> {
  return db
    .selectFrom('sync_runs')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('sync_id', '=', syncId)
    .where('started_at', 'is not', null)
    .where('finished_at', 'is not', null)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
}

/** Whether a run ended for something that passes: it was stopped, or the same could have worked later. */
function isPassing({ status, error_code: code }: RunRow): boolean {
  if (status === 'cancelled' || code === 'TOKEN_EXPIRED') return true
  return status === 'failed' && code !== null && errorCodes[code as ErrorCode]?.retryable
}

/** Forgets what up to `limit` ended runs saw that nobody can go on with any more. */
export async function expireSeen(db: Executor, limit: number): Promise<void> {
  for (const table of ['sync_run_pages', 'sync_run_suspects']) {
    await sql`
      delete from ${sql.table(table)} where run_id in (
        select r.id from (select distinct run_id from ${sql.table(table)}) p join sync_runs r on r.id = p.run_id
        where r.finished_at < ${new Date(Date.now() - goodForMs)} limit ${limit})`.execute(db)
  }
}
