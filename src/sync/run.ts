import { sql } from 'kysely'
import { findConnection } from '../connections/store.ts'
import { usableStatuses } from '../connections/states.ts'
import type { Executor } from '../db/database.ts'
import { publishEvents } from '../delivery/events/publish.ts'
import { errorCodes, isHubError, type ErrorCode } from '../errors.ts'
import type { Hub } from '../hub.ts'
import { providerOf } from '../providers/index.ts'
import type { RunEnd, RunRef, RunStart, RunTrigger } from './contract.ts'
import { measureRun } from './measure.ts'
import { canTellSince } from './page-source.ts'
import { handOnPages, unfinishedPass } from './resume.ts'
import { endRun, insertRequest, openRun, startRun, type RunRow } from './run-store.ts'
import { lockSync, type Sync } from './sync-store.ts'

/**
 * Whatever a platform's feed tells, everything is read and compared this often: a list that moved as it was read for the
 * first time, or a change that was told late, would else be missed for ever.
 */
const fullPassEveryMs = 86_400_000
/** Clocks differ, and what was written at the platform while its feed was read may be told late. */
const overlapMs = 120_000

/**
 * Takes the run of a sync for a workflow: the request that waits, or for its Schedule a new one. A workflow that asks again
 * gets the same run; another that comes meanwhile leaves a request, which the holder sees before it ends.
 */
export async function beginRun(
  hub: Hub,
  { workspaceId, syncId }: Omit<RunRef, 'runId'>,
  by: { workflowId: string; trigger: RunTrigger; mayRequest: boolean },
): Promise<RunStart> {
  return hub.db.transaction().execute(async (trx): Promise<RunStart> => {
    const sync = await lockSync(trx, workspaceId, syncId).catch((error: unknown) => {
      if (isHubError(error, 'SYNC_NOT_FOUND')) return undefined
      throw error
    })
    if (!sync) return { kind: 'skipped', reason: 'NOT_FOUND' }
    if (sync.status === 'paused') return { kind: 'skipped', reason: 'PAUSED' }
    const running = await openRun(trx, workspaceId, syncId, 'running')
    if (running?.workflow_id === by.workflowId) return { kind: 'taken', runId: running.id }
    const waiting = await openRun(trx, workspaceId, syncId, 'requested')
    if (running) {
      if (!waiting && by.mayRequest) await insertRequest(trx, workspaceId, syncId, by.trigger, false)
      return { kind: 'lost' }
    }
    const blockedBy = await connectionProblem(trx, sync)
    if (!waiting && !by.mayRequest) return { kind: 'skipped', reason: 'NOTHING_REQUESTED' }
    if (blockedBy && !waiting) return { kind: 'failed', runId: null, errorCode: blockedBy }
    const run = waiting ?? (await insertRequest(trx, workspaceId, syncId, by.trigger, false))
    if (blockedBy) {
      const ended = await endRun(trx, workspaceId, run.id, ['requested'], 'failed', blockedBy)
      if (ended) await publishEnd(hub, trx, sync, ended)
      return { kind: 'failed', runId: run.id, errorCode: blockedBy }
    }
    const pass = run.full ? undefined : await unfinishedPass(trx, workspaceId, syncId, new Date())
    await handOnPages(trx, run, pass)
    const plan = pass ? { full: true, compare: pass.compare, pass } : await planOf(trx, sync, run)
    await startRun(trx, run, by.workflowId, plan)
    return { kind: 'taken', runId: run.id }
  })
}

/** Ends a run, if it is still under way, and says whether another was asked for meanwhile. */
export async function finishRun(
  hub: Hub,
  { workspaceId, syncId, runId }: RunRef,
  outcome: { status: RunEnd['status']; errorCode: ErrorCode | null },
): Promise<RunEnd> {
  const { measure, ...end } = await hub.db
    .transaction()
    .execute(async (trx): Promise<RunEnd & { measure?: () => void }> => {
      const sync = await lockSync(trx, workspaceId, syncId).catch((error: unknown) => {
        if (isHubError(error, 'SYNC_NOT_FOUND')) return undefined
        throw error
      })
      const ended = await endRun(trx, workspaceId, runId, ['running'], outcome.status, outcome.errorCode)
      if (!ended || !sync) {
        const run = await trx
          .selectFrom('sync_runs')
          .select(['status', 'error_code'])
          .where('workspace_id', '=', workspaceId)
          .where('id', '=', runId)
          .executeTakeFirst()
        const status = run?.status === 'succeeded' || run?.status === 'failed' ? run.status : 'cancelled'
        return { status, errorCode: run?.error_code ?? outcome.errorCode, again: await isAskedAgain(trx, sync) }
      }
      if (ended.status === 'succeeded') await noteSuccess(trx, sync, ended)
      await publishEnd(hub, trx, sync, ended)
      const again = await isAskedAgain(trx, sync)
      const measure = () => measureRun(sync.provider, ended)
      const status = ended.status === 'failed' ? 'failed' : outcome.status
      return { status, errorCode: ended.error_code, again, measure }
    })
  measure?.()
  return end
}

async function isAskedAgain(trx: Executor, sync: Sync | undefined): Promise<boolean> {
  if (!sync || sync.status !== 'active') return false
  return (await openRun(trx, sync.workspaceId, sync.id, 'requested')) !== undefined
}

/** Why a connection's syncs cannot run; undefined when they can. */
async function connectionProblem(trx: Executor, sync: Sync): Promise<ErrorCode | undefined> {
  const connection = await findConnection(trx, sync.workspaceId, sync.connectionId)
  const usable: readonly string[] = usableStatuses
  if (usable.includes(connection.status)) return undefined
  return connection.status === 'needs_reauth' ? 'TOKEN_EXPIRED' : 'CONNECTION_NOT_READY'
}

async function planOf(trx: Executor, sync: Sync, run: RunRow): Promise<{ full: boolean; compare: boolean }> {
  const feed = providerOf(sync.provider).models?.[sync.model]?.changedSince
  const row = await trx
    .selectFrom('syncs')
    .select(eb => [
      'full_pass_at',
      'deletions_held',
      eb
        .exists(
          eb
            .selectFrom('record_links')
            .select('record_id')
            .where('workspace_id', '=', sync.workspaceId)
            .where('sync_id', '=', sync.id),
        )
        .as('has_links'),
    ])
    .where('workspace_id', '=', sync.workspaceId)
    .where('id', '=', sync.id)
    .executeTakeFirstOrThrow()
  const now = new Date()
  const isDue = now.getTime() - (row.full_pass_at?.getTime() ?? 0) > fullPassEveryMs
  // What is held is looked at anew by each run, until it is allowed or there again.
  const full = run.full || isDue || row.deletions_held !== null || !canTellSince(feed, sync.changedSince, now)
  // Without links there is nothing that could have gone.
  return { full, compare: full && row.has_links === true }
}

async function noteSuccess(trx: Executor, sync: Sync, run: RunRow): Promise<void> {
  if (sync.direction === 'push' || run.started_at === null) return
  // What changed while earlier runs read the first pages of this pass is still to be asked for.
  const begunAt = run.pass_started_at ?? run.started_at
  await trx
    .updateTable('syncs')
    .set({
      changed_since: new Date(begunAt.getTime() - overlapMs),
      ...(run.full ? { full_pass_at: begunAt } : {}),
      updated_at: sql<Date>`now()`,
    })
    .where('workspace_id', '=', sync.workspaceId)
    .where('id', '=', sync.id)
    .execute()
}

/** `sync.completed` or `sync.failed`; a run that was cancelled is nobody's news. */
export async function publishEnd(hub: Hub, trx: Executor, sync: Sync, run: RunRow): Promise<void> {
  if (run.status !== 'succeeded' && run.status !== 'failed') return
  const code = run.error_code as ErrorCode | null
  const data = {
    syncId: sync.id,
    connectionId: sync.connectionId,
    provider: sync.provider,
    model: sync.model,
    collection: sync.collection,
    runId: run.id,
    trigger: run.trigger,
    counts: countsOfRun(run),
    ...(code === null ? {} : { error: { code, message: errorCodes[code]?.message ?? code } }),
  }
  const type = run.status === 'succeeded' ? 'sync.completed' : 'sync.failed'
  await publishEvents(hub, trx, sync.workspaceId, [{ type, data }])
}

/** A run's counts as they are shown. */
export function countsOfRun(run: RunRow) {
  const { pulled, created, updated, unchanged, deleted, pushed, conflicts, failed } = run
  return { pulled, created, updated, unchanged, deleted, pushed, conflicts, failed }
}
