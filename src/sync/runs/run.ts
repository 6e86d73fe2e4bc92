import { sql } from 'kysely'
import type { Executor } from '../../db/database.ts'
import { publishEvents } from '../../delivery/events/publish.ts'
import { errorCodes, isHubError, type ErrorCode } from '../../errors.ts'
import type { ConnectionParts } from '../../connections/parts.ts'
import { syncWorkflowId, type RunEnd, type RunRef } from '../contract.ts'
import { runDirectionOf, runStateOf } from '../progress/run-progress.ts'
import { measureRun } from './measure.ts'
import { endRun, openRun } from './run-store.ts'
import { countsOfRun, type RunRow } from './run-row.ts'
import { startRunSoon } from './start-workflow.ts'
import { findSync, lockSync, type Sync } from '../sync-store.ts'
import { troubleOf, watchTrouble } from './trouble.ts'

/** Clocks differ, and what was written at the platform while its feed was read may be told late. */
const overlapMs = 120_000

/**
 * Ends a run, if it is still under way, and says whether another was asked for meanwhile. A sync whose run failed is handed to
 * the workflow that is named after it, which watches it from then on, unless that is the one that ends the run.
 * @param by the workflow that ends it; none when that is gone
 */
export async function finishRun(
  hub: ConnectionParts,
  { workspaceId, syncId, runId }: RunRef,
  outcome: { status: RunEnd['status']; errorCode: ErrorCode | null },
  by?: string,
): Promise<RunEnd> {
  const isNamed = by === syncWorkflowId(syncId)
  const { measure, handOver, ...end } = await hub.db
    .transaction()
    .execute(async (trx): Promise<RunEnd & { measure?: () => void; handOver?: Sync }> => {
      const sync = await lockSync(trx, workspaceId, syncId).catch((error: unknown) => {
        if (isHubError(error, 'SYNC_NOT_FOUND')) return undefined
        throw error
      })
      const ended = await endRun(trx, workspaceId, runId, ['running'], outcome.status, outcome.errorCode)
      const after = sync && (await findSync(trx, workspaceId, syncId))
      const trouble = after && isNamed ? await watchTrouble(trx, after) : null
      const isOther = after && !isNamed && troubleOf(after, new Date()) !== null
      const watched = { trouble, ...(isOther ? { handOver: after } : {}) }
      if (!ended || !sync) {
        const run = await trx
          .selectFrom('sync_runs')
          .select(['status', 'error_code'])
          .where('workspace_id', '=', workspaceId)
          .where('id', '=', runId)
          .executeTakeFirst()
        const status = run?.status === 'succeeded' || run?.status === 'failed' ? run.status : 'cancelled'
        const errorCode = run?.error_code ?? outcome.errorCode
        return { status, errorCode, again: await isAskedAgain(trx, sync), ...watched }
      }
      if (ended.status === 'succeeded') await noteSuccess(trx, sync, ended)
      await publishEnd(hub, trx, sync, ended)
      const again = await isAskedAgain(trx, sync)
      const measure = () => measureRun(sync.provider, ended)
      const status = ended.status === 'failed' ? 'failed' : outcome.status
      return { status, errorCode: ended.error_code, again, measure, ...watched }
    })
  measure?.()
  if (handOver) await startRunSoon(hub, handOver, 'manual')
  return end
}

async function isAskedAgain(trx: Executor, sync: Sync | undefined): Promise<boolean> {
  if (!sync || sync.status !== 'active') return false
  return (await openRun(trx, sync.workspaceId, sync.id, 'requested')) !== undefined
}

async function noteSuccess(trx: Executor, sync: Sync, run: RunRow): Promise<void> {
  if (sync.direction === 'push' || run.started_at === null) return
  // What changed while earlier runs read the first pages of this pass is still to be asked for.
  const begunAt = run.pass_started_at ?? run.started_at
  await trx
    .updateTable('syncs')
    .set({
      changed_since: new Date(begunAt.getTime() - overlapMs),
      feed_token: run.feed_token,
      ...(run.full ? passColumns(begunAt) : {}),
      updated_at: sql<Date>`now()`,
    })
    .where('workspace_id', '=', sync.workspaceId)
    .where('id', '=', sync.id)
    .execute()
}

/** A pass that began before the pairs of fields were changed was no pass by them. */
function passColumns(begunAt: Date) {
  const isOfNow = sql<boolean>`(mapped_at is null or mapped_at <= ${begunAt})`
  return {
    full_pass_at: sql<Date | null>`case when ${isOfNow} then ${begunAt}::timestamptz else full_pass_at end`,
    remapped: sql<string | null>`case when ${isOfNow} then null else remapped end`,
  }
}

/** `sync.completed` or `sync.failed`, but nothing of a run that was cancelled; and `integration.synced` in any case. */
export async function publishEnd(hub: ConnectionParts, trx: Executor, sync: Sync, run: RunRow): Promise<void> {
  const code = run.error_code as ErrorCode | null
  const about = {
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
  const { started_at: startedAt, finished_at: finishedAt } = run
  const synced = {
    ...about,
    direction: runDirectionOf(run, sync),
    status: runStateOf(run),
    startedAt: startedAt?.toISOString() ?? null,
    finishedAt: finishedAt?.toISOString() ?? null,
  }
  const own = { succeeded: 'sync.completed', failed: 'sync.failed' } as const
  const type = run.status === 'succeeded' || run.status === 'failed' ? own[run.status] : undefined
  const events = [...(type ? [{ type, data: about }] : []), { type: 'integration.synced', data: synced }]
  await publishEvents(hub, trx, sync.workspaceId, events)
}
