import { ApplicationFailure } from '@temporalio/activity'
import type {
  DispatchResult,
  RecoverEndpointInput,
  RecoveryStep,
  ReplayInput,
  ReplayStep,
} from '../src/delivery/contract.ts'
import { dispatcherOf } from '../src/delivery/dispatch/dispatching.ts'
import { drainEndpoint } from '../src/delivery/recovery/drain.ts'
import { assessRecovery, probeEndpoint } from '../src/delivery/recovery/recover.ts'
import { probeNetwork, type NetworkStep } from '../src/delivery/recovery/recover-network.ts'
import { changeReplayState } from '../src/delivery/by-hand/replay-store.ts'
import { moveReplay } from '../src/delivery/by-hand/replay-step.ts'
import type { Hub } from '../src/hub.ts'
import { beating } from './beating.ts'

/** The one activity of the `delivery` queue. */
export function createDispatchActivities(hub: Hub) {
  return {
    /** Delivers in batches for ten minutes, or until the process stops. */
    async dispatchBatches(): Promise<DispatchResult> {
      const dispatcher = dispatcherOf(hub)
      if (!dispatcher) {
        const message = 'The process is stopping; another one takes over.'
        throw ApplicationFailure.create({ type: 'STOPPING', message, category: 'BENIGN' })
      }
      return beating(async signal => {
        // With Temporal away nobody could start the next run: this one goes on.
        for (;;) {
          const result = await dispatcher.run(signal)
          if (signal.aborted || result.reason === 'stopping' || (await temporalAnswers(hub))) return result
        }
      })
    },
  }
}

async function temporalAnswers(hub: Hub): Promise<boolean> {
  const { temporal } = hub
  try {
    await temporal.withDeadline(Date.now() + 2_000, () => temporal.connection.workflowService.getSystemInfo({}))
    return true
  } catch {
    return false
  }
}

/** The light activities of what is in trouble. */
export function createRecoveryActivities(hub: Hub) {
  return {
    async assessRecovery(input: RecoverEndpointInput): Promise<RecoveryStep> {
      return assessRecovery(hub, input)
    },
    async probeEndpoint(input: RecoverEndpointInput): Promise<RecoveryStep> {
      return probeEndpoint(hub, input)
    },
    async drainEndpoint(input: RecoverEndpointInput, step: number): Promise<RecoveryStep> {
      return beating(signal => drainEndpoint(hub, input, step, signal))
    },
    async probeNetwork(): Promise<NetworkStep> {
      return probeNetwork(hub)
    },
  }
}

/** The activities of what a person sends again. */
export function createReplayActivities(hub: Hub) {
  return {
    /** Moves the next deliveries back to the queue. */
    async moveReplay(input: ReplayInput, idle: number): Promise<ReplayStep> {
      return beating(signal => moveReplay(hub, input, idle, signal))
    },
    /** Its workflow was cancelled in the Temporal UI: the row says so too. */
    async cancelReplay({ workspaceId, replayId }: ReplayInput): Promise<void> {
      await changeReplayState(hub.db, workspaceId, replayId, 'cancelled')
    },
  }
}
