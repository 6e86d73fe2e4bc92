import type { Executor } from '../../db/database.ts'
import { isHubError } from '../../errors.ts'
import type { ConnectionParts } from '../../connections/parts.ts'
import { syncWorkflowId, type RunRef, type RunStart, type RunTrigger } from '../contract.ts'
import { connectionProblem, forgetPass, planOf } from './plan-run.ts'
import { handOnPages, unfinishedPass } from './resume.ts'
import { publishEnd } from './run.ts'
import { takeOverRewind } from '../by-hand/rewind.ts'
import { endRun, insertRequest, openRun, startRun } from './run-store.ts'
import { startRunSoon } from './start-workflow.ts'
import { findSync, lockSync, type Sync } from '../sync-store.ts'
import { setWatch, troubleOf, watchTrouble } from './trouble.ts'

/**
 * Takes the run of a sync for a workflow: the request that waits, or for its Schedule a new one. A workflow that asks again
 * gets the same run; another that comes meanwhile leaves a request, which the holder sees before it ends. While runs of the sync
 * fail, only the workflow that is named after it takes them, since that one is open and watches.
 */
export async function beginRun(
  hub: ConnectionParts,
  { workspaceId, syncId }: Omit<RunRef, 'runId'>,
  by: { workflowId: string; trigger: RunTrigger; mayRequest: boolean },
): Promise<RunStart> {
  const isNamed = by.workflowId === syncWorkflowId(syncId)
  const watched = async (trx: Executor, sync: Sync) => (isNamed ? watchTrouble(trx, sync) : null)
  const { handOver, ...start } = await hub.db
    .transaction()
    .execute(async (trx): Promise<RunStart & { handOver?: Sync }> => {
      const sync = await lockSync(trx, workspaceId, syncId).catch((error: unknown) => {
        if (isHubError(error, 'SYNC_NOT_FOUND')) return undefined
        throw error
      })
      if (!sync) {
        if (isNamed) await setWatch(trx, workspaceId, syncId, null)
        return { kind: 'skipped', reason: 'NOT_FOUND', trouble: null }
      }
      if (sync.status === 'paused') return { kind: 'skipped', reason: 'PAUSED', trouble: await watched(trx, sync) }
      const running = await openRun(trx, workspaceId, syncId, 'running')
      if (running?.workflow_id === by.workflowId) {
        return { kind: 'taken', runId: running.id, trouble: isNamed ? troubleOf(sync, new Date()) : null }
      }
      const waiting = await openRun(trx, workspaceId, syncId, 'requested')
      const isTrouble = sync.failingSince !== null && !isNamed
      if (running || isTrouble) {
        if (!waiting && by.mayRequest) await insertRequest(trx, workspaceId, syncId, by.trigger, false)
        return { kind: 'lost', trouble: null, ...(isTrouble && !running ? { handOver: sync } : {}) }
      }
      if (!waiting && !by.mayRequest) {
        return { kind: 'skipped', reason: 'NOTHING_REQUESTED', trouble: await watched(trx, sync) }
      }
      const blockedBy = await connectionProblem(trx, sync)
      if (blockedBy && !waiting) {
        return { kind: 'failed', runId: null, errorCode: blockedBy, trouble: await watched(trx, sync) }
      }
      const run = waiting ?? (await insertRequest(trx, workspaceId, syncId, by.trigger, false))
      if (blockedBy) {
        const ended = await endRun(trx, workspaceId, run.id, ['requested'], 'failed', blockedBy)
        if (ended) await publishEnd(hub, trx, sync, ended)
        const failing = await findSync(trx, workspaceId, syncId)
        const trouble = await watched(trx, failing)
        return {
          kind: 'failed',
          runId: run.id,
          errorCode: blockedBy,
          trouble,
          ...(isNamed ? {} : { handOver: failing }),
        }
      }
      await takeOverRewind(trx, workspaceId, syncId)
      const current = await findSync(trx, workspaceId, syncId)
      if (run.full) await forgetPass(trx, current)
      const unfinished = run.full ? undefined : await unfinishedPass(trx, workspaceId, syncId, new Date())
      // What was read by other pairs of fields is read again.
      const pass =
        unfinished && unfinished.startedAt >= (sync.mappedAt ?? unfinished.startedAt) ? unfinished : undefined
      await handOnPages(trx, run, pass)
      const plan = pass ? { full: true, compare: pass.compare, pass } : await planOf(hub, trx, current, run)
      await startRun(trx, run, by.workflowId, { ...plan, direction: sync.direction })
      // Nobody has to look whether it is watched while it runs: a run that is left alone is found by itself.
      await setWatch(trx, workspaceId, syncId, null)
      return { kind: 'taken', runId: run.id, trouble: isNamed ? troubleOf(sync, new Date()) : null }
    })
  if (handOver) await startRunSoon(hub, handOver, 'manual')
  return start
}
