import { Context } from '@temporalio/activity'
import { connectionClient } from '../src/connections/client.ts'
import type { ErrorCode } from '../src/errors.ts'
import type { Hub } from '../src/hub.ts'
import { beginRun } from '../src/sync/begin-run.ts'
import type { RunEnd, RunProgress, RunRef, RunStart, RunTries, RunTrigger } from '../src/sync/contract.ts'
import { compareUnseen } from '../src/sync/compare.ts'
import { pullPages, type WorkControl } from '../src/sync/pull.ts'
import { pushChanges, settlePending } from '../src/sync/push.ts'
import { finishRun } from '../src/sync/run.ts'
import { takeUpRun, type RunHold } from '../src/sync/run-hold.ts'
import type { ProviderClient } from '../src/providers/request.ts'
import { waitInstead, type Tolerance } from './run-failure.ts'

/** An activity hands back after this long, so that a shutdown, a new version or a failure costs little. */
const sliceMs = 5 * 60_000
const heartbeatEveryMs = 4_000

type Phase = (hub: Hub, hold: RunHold, client: ProviderClient, control: WorkControl) => Promise<boolean>

type Phases = Partial<Record<RunHold['run']['phase'], Phase>>

const pullPhases: Phases = {
  settle: settlePending,
  pull: pullPages,
  compare: compareUnseen,
}
const pushPhases: Phases = { push: pushChanges }

export function createSyncActivities(hub: Hub) {
  /** Works through phases from where the run stands, until they are through or the slice is over. */
  async function work(ref: RunRef, tolerance: Tolerance, phasesOf: (hold: RunHold) => Phases): Promise<RunProgress> {
    const context = Context.current()
    const hold = await takeUpRun(hub.db, ref)
    const phases = phasesOf(hold)
    const beat = () => context.heartbeat({ phase: hold.run.phase })
    // A page may take longer to come than a heartbeat may be late.
    const timer = setInterval(beat, heartbeatEveryMs)
    const endsAt = Date.now() + sliceMs
    const control: WorkControl = {
      signal: context.cancellationSignal,
      onProgress: beat,
      isOver: () => Date.now() > endsAt,
      attempt: Math.max(context.info.attempt, (tolerance.tries?.failures ?? 0) + 1),
    }
    try {
      const client = await connectionClient(hub, ref.workspaceId, hold.sync.connection_id)
      for (let phase = phases[hold.run.phase]; phase; phase = phases[hold.run.phase]) {
        if (!(await phase(hub, hold, client, control))) return progressOf(hold, false)
      }
      return progressOf(hold, true)
    } catch (error) {
      return waitInstead(hub, hold, error, tolerance)
    } finally {
      clearInterval(timer)
    }
  }

  return {
    /** Takes the run that the sync's row asks for. */
    async beginRun(ref: Omit<RunRef, 'runId'>, trigger: RunTrigger, mayRequest: boolean): Promise<RunStart> {
      const { workflowId } = Context.current().info.workflowExecution!
      return beginRun(hub, ref, { workflowId, trigger, mayRequest })
    },

    /**
     * Settles what was under way, pulls, and finds what is gone. A sync that only pulls is done with it.
     * @param mayWait whether the caller waits where a rate limit is used up; else that is a failure
     * @param tries how often it has failed in a row, from a caller that tries again by itself
     */
    async pullFromProvider(ref: RunRef, mayWait = false, tries?: RunTries): Promise<RunProgress> {
      return work(ref, { mayWait, tries }, hold =>
        hold.sync.direction === 'pull' ? { ...pullPhases, ...pushPhases } : pullPhases,
      )
    },

    /** Tells the platform what has changed in the hub. */
    async pushToProvider(ref: RunRef, mayWait = false, tries?: RunTries): Promise<RunProgress> {
      return work(ref, { mayWait, tries }, () => pushPhases)
    },

    async finishRun(ref: RunRef, status: RunEnd['status'], errorCode: ErrorCode | null): Promise<RunEnd> {
      const { workflowId } = Context.current().info.workflowExecution!
      return finishRun(hub, ref, { status, errorCode }, workflowId)
    },
  }
}

function progressOf({ run }: RunHold, done: boolean): RunProgress {
  return { done, phase: run.phase }
}
