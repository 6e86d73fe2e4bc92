import { Context } from '@temporalio/activity'
import { connectionClient } from '../src/connections/client.ts'
import type { ErrorCode } from '../src/errors.ts'
import type { Hub } from '../src/hub.ts'
import { beginRun } from '../src/sync/runs/begin-run.ts'
import type { RunEnd, RunProgress, RunRef, RunStart, RunTries, RunTrigger } from '../src/sync/contract.ts'
import { compareUnseen } from '../src/sync/pull/compare.ts'
import { pullPages, type WorkControl } from '../src/sync/pull/pull.ts'
import { pushChanges, settlePending } from '../src/sync/push/push.ts'
import type { Place } from '../src/fairness/waited-places.ts'
import { SlicePulse } from '../src/sync/progress/slice-pulse.ts'
import { finishRun } from '../src/sync/runs/run.ts'
import { stopped, takeUpRun, type RunHold } from '../src/sync/runs/run-hold.ts'
import { SentAway, takePlace } from '../src/sync/runs/run-places.ts'
import type { ProviderClient } from '../src/calls/call.ts'
import { waitInstead, type Tolerance } from './run-failure.ts'

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
  /**
   * Works through phases from where the run stands, until they are through, or its place is another's: then it hands back, and
   * comes again.
   */
  async function work(ref: RunRef, tolerance: Tolerance, phasesOf: (hold: RunHold) => Phases): Promise<RunProgress> {
    const context = Context.current()
    const { cancellationSignal: signal } = context
    const beat = () => context.heartbeat()
    // A page may take longer to come than a heartbeat may be late, and so may a place.
    const timer = setInterval(beat, heartbeatEveryMs)
    let place: Place | undefined
    try {
      const taken = (place = await takePlace(hub, ref, signal))
      const hold = await takeUpRun(hub, ref)
      const attempt = Math.max(context.info.attempt, tolerance.tries?.attempt ?? 1)
      return await workOn(
        hold,
        phasesOf(hold),
        { signal, onProgress: beat, isOver: () => taken.isOver(), attempt },
        tolerance,
      )
    } catch (error) {
      if (!(error instanceof SentAway)) throw error
      return { done: false, phase: 'line', waitMs: error.waitMs, waitsFor: 'place' }
    } finally {
      place?.release()
      clearInterval(timer)
    }
  }

  async function workOn(
    hold: RunHold,
    phases: Phases,
    control: WorkControl,
    tolerance: Tolerance,
  ): Promise<RunProgress> {
    const { workspaceId, sync } = hold
    const pulse = new SlicePulse(hub, hold)
    const bounded = { ...control, signal: AbortSignal.any([control.signal, pulse.gone]) }
    try {
      const client = pulse.counting(await connectionClient(hub, workspaceId, sync.connection_id))
      for (let phase = phases[hold.run.phase]; phase; phase = phases[hold.run.phase]) {
        if (!(await phase(hub, hold, client, bounded))) return progressOf(hold, false)
      }
      return progressOf(hold, true)
    } catch (error) {
      return await waitInstead(hub, hold, pulse.gone.aborted ? stopped() : error, tolerance)
    } finally {
      await pulse.end()
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
