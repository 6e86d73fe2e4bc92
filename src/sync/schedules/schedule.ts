import { ScheduleAlreadyRunning, ScheduleNotFoundError, ScheduleOverlapPolicy } from '@temporalio/client'
import type { ConnectionParts } from '../../connections/parts.ts'
import { syncWorkflowId } from '../contract.ts'
import { offsetOf } from './next-run.ts'
import { parseCatchUp, parseEvery, parseJitter } from './schedule-input.ts'
import { runStartOf, type SyncIdentity } from '../runs/start-workflow.ts'
import { optionsOf } from '../../temporal/start.ts'
import type { SyncSchedule } from '../sync-store.ts'

/** What a sync's Schedule is to be; none for a sync that has no schedule or is deleted. */
export interface WantedSchedule extends SyncIdentity {
  schedule: SyncSchedule | null
  paused: boolean
  deleted: boolean
  revision: number
}

/**
 * Brings the sync's Schedule in Temporal to what the row says, and notes that in the row unless it has changed since.
 * Fails when Temporal does not answer in time: the row keeps asking, and reconcile tries again.
 */
export async function applySchedule(hub: ConnectionParts, wanted: WantedSchedule): Promise<void> {
  const { schedule } = hub.temporal
  const scheduleId = syncWorkflowId(wanted.id)
  await hub.temporal.withDeadline(Date.now() + 3_000, async () => {
    if (wanted.deleted || wanted.schedule === null) {
      await schedule.getHandle(scheduleId).delete().catch(ignoreMissing)
      return
    }
    const definition = definitionOf(wanted, wanted.schedule)
    try {
      await schedule.create({ scheduleId, ...definition })
    } catch (error) {
      if (!(error instanceof ScheduleAlreadyRunning)) throw error
      await schedule.getHandle(scheduleId).update(() => definition)
    }
  })
  await hub.db
    .updateTable('syncs')
    .set({ schedule_applied: wanted.revision })
    .where('workspace_id', '=', wanted.workspaceId)
    .where('id', '=', wanted.id)
    .where('schedule_revision', '=', wanted.revision)
    .execute()
}

/** The same, right after a change: with Temporal down it is logged, and reconcile does it. */
export async function applyScheduleSoon(hub: ConnectionParts, wanted: WantedSchedule): Promise<void> {
  try {
    await applySchedule(hub, wanted)
  } catch (error) {
    hub.log.warn({ err: error, syncId: wanted.id }, "the sync's schedule was not made now; reconcile will make it")
  }
}

/** What was missed is made up for within these times, once, however often it was due. */
const [shortestCatchUpMs, longestCatchUpMs] = [600_000, 3_600_000]

function definitionOf(wanted: WantedSchedule, schedule: SyncSchedule) {
  const start = runStartOf(wanted, 'schedule')
  const everyMs = 'every' in schedule ? parseEvery(schedule.every)! : undefined
  // One with an interval is spread over the interval; one with a cron expression begins when it says.
  const jitter = given(schedule.jitter, parseJitter) ?? 0
  const usual = Math.min(longestCatchUpMs, Math.max(shortestCatchUpMs, everyMs ?? longestCatchUpMs))
  return {
    spec: {
      ...('every' in schedule
        ? { intervals: [{ every: everyMs!, offset: offsetOf(wanted.id, everyMs!) }] }
        : { cronExpressions: [schedule.cron], timezone: schedule.timeZone }),
      ...(jitter === 0 ? {} : { jitter }),
    },
    action: { type: 'startWorkflow' as const, workflowType: start.name, ...optionsOf(start) },
    // A run that is due while one is under way waits for the next time; after an outage one run catches up, not all.
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: given(schedule.catchUp, parseCatchUp) ?? usual },
    state: { paused: wanted.paused, note: wanted.paused ? 'The sync is paused' : 'As the sync says' },
  }
}

function given(text: string | undefined, parse: (text: string) => number | undefined): number | undefined {
  return text === undefined ? undefined : parse(text)
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof ScheduleNotFoundError)) throw error
}
