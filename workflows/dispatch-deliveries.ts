import {
  ActivityFailure,
  continueAsNew,
  proxyActivities,
  setCurrentDetails,
  sleep,
  TimeoutFailure,
} from '@temporalio/workflow'
import type { createDispatchActivities } from '../activities/delivery.ts'
import type { DispatchInput } from '../src/delivery/contract.ts'
import { taskQueues } from '../src/temporal/contract.ts'

const runsEach = 20
const standby = 2

/**
 * Keeps one batch-delivering activity alive. The slots beyond the number of processes wait in the queue, at no cost, and
 * are what takes over at once when a process dies; those that nobody takes for long end, but for the first two.
 */
export async function dispatchDeliveries(input: DispatchInput): Promise<void> {
  const { dispatchBatches } = proxyActivities<ReturnType<typeof createDispatchActivities>>({
    taskQueue: taskQueues.delivery,
    scheduleToStartTimeout: input.surplusAfterMs,
    startToCloseTimeout: '30 minutes',
    heartbeatTimeout: '10 seconds',
    retry: { initialInterval: '1 second', backoffCoefficient: 1, maximumAttempts: 1_000 },
    summary: 'Delivers what is due, in batches',
  })
  for (let run = 0; run < runsEach; run++) {
    setCurrentDetails('Delivers what is due, or stands by for a process that has no slot.')
    try {
      await dispatchBatches()
    } catch (error) {
      if (!(error instanceof ActivityFailure)) throw error
      if (isSurplus(error) && input.slot >= standby) {
        setCurrentDetails('Ended: there are more slots than processes.')
        return
      }
      await sleep('1 second')
    }
  }
  await continueAsNew<typeof dispatchDeliveries>(input)
}

function isSurplus(error: ActivityFailure): boolean {
  return error.cause instanceof TimeoutFailure && error.cause.timeoutType === 'SCHEDULE_TO_START'
}
