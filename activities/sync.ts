import { Context } from '@temporalio/activity'
import { connectionClient } from '../src/connections/client.ts'
import { isHubError, type ErrorCode } from '../src/errors.ts'
import type { Hub } from '../src/hub.ts'
import type { RunEnd, RunProgress, RunRef, RunStart, RunTrigger } from '../src/sync/contract.ts'
import { compareUnseen } from '../src/sync/compare.ts'
import { pullPages, type WorkControl } from '../src/sync/pull.ts'
import { pushChanges, settlePending } from '../src/sync/push.ts'
import { beginRun, finishRun } from '../src/sync/run.ts'
import { noteWaiting, takeUpRun, type RunHold } from '../src/sync/run-hold.ts'
import type { ProviderClient } from '../src/providers/request.ts'

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
  async function work(ref: RunRef, mayWait: boolean, phasesOf: (hold: RunHold) => Phases): Promise<RunProgress> {
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
      attempt: context.info.attempt,
    }
    try {
      const client = await connectionClient(hub, ref.workspaceId, hold.sync.connection_id)
      for (let phase = phases[hold.run.phase]; phase; phase = phases[hold.run.phase]) {
        if (!(await phase(hub, hold, client, control))) return progressOf(hold, false)
      }
      return progressOf(hold, true)
    } catch (error) {
      if (!mayWait || !isHubError(error, 'RATE_LIMITED')) throw error
      const waitMs = waitOf(error.retryAfterMs)
      await noteWaiting(hub.db, hold, waitMs)
      return { ...progressOf(hold, false), waitMs }
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
     */
    async pullFromProvider(ref: RunRef, mayWait = false): Promise<RunProgress> {
      return work(ref, mayWait, hold =>
        hold.sync.direction === 'pull' ? { ...pullPhases, ...pushPhases } : pullPhases,
      )
    },

    /** Tells the platform what has changed in the hub. */
    async pushToProvider(ref: RunRef, mayWait = false): Promise<RunProgress> {
      return work(ref, mayWait, () => pushPhases)
    },

    async finishRun(ref: RunRef, status: RunEnd['status'], errorCode: ErrorCode | null): Promise<RunEnd> {
      return finishRun(hub, ref, { status, errorCode })
    },
  }
}

const unstatedWaitMs = 2_000

/** As long as the platform says, and a little more, so that those who wait for the same limit do not all come at once. */
function waitOf(retryAfterMs = unstatedWaitMs): number {
  return Math.ceil(Math.max(100, retryAfterMs) * (1 + Math.random() / 20))
}

function progressOf({ run }: RunHold, done: boolean): RunProgress {
  return { done, phase: run.phase }
}
