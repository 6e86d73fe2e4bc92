import { ActivityFailure, isCancellation, proxyActivities, setCurrentDetails, sleep } from '@temporalio/workflow'
import type { createRecoveryActivities } from '../activities/delivery.ts'
import { taskQueues } from '../src/temporal/contract.ts'

const { probeNetwork } = proxyActivities<ReturnType<typeof createRecoveryActivities>>({
  taskQueue: taskQueues.workflows,
  startToCloseTimeout: '1 minute',
  scheduleToCloseTimeout: '5 minutes',
  retry: { maximumAttempts: 5 },
})

const hubTroubleMs = 30_000

/** While no endpoint can be reached, everything is paused and this tries a few of them until one answers. */
export async function recoverNetwork(): Promise<void> {
  for (;;) {
    let waitMs = hubTroubleMs
    try {
      const step = await probeNetwork()
      if (step.open) {
        setCurrentDetails('The network answers: deliveries go on.')
        return
      }
      waitMs = step.waitMs
    } catch (error) {
      if (!(error instanceof ActivityFailure) || isCancellation(error)) throw error
    }
    const until = new Date(Date.now() + waitMs).toISOString()
    setCurrentDetails(`No endpoint can be reached: all deliveries are paused. The next probe is at ${until}.`)
    await sleep(waitMs)
  }
}
