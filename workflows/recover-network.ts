import { continueAsNew, patched, proxyActivities, setCurrentDetails, sleep, workflowInfo } from '@temporalio/workflow'
import type { createRecoveryActivities } from '../activities/delivery.ts'
import { taskQueues } from '../src/temporal/contract.ts'
import { attempt, hubTroubleMs } from './attempt.ts'
import { attend } from './attention.ts'
import { instantIn } from './instant.ts'

const { probeNetwork } = proxyActivities<ReturnType<typeof createRecoveryActivities>>({
  taskQueue: taskQueues.workflows,
  startToCloseTimeout: '1 minute',
  scheduleToCloseTimeout: '5 minutes',
  retry: { maximumAttempts: 5 },
})

/** While no endpoint can be reached, everything is paused and this tries a few of them until one answers. */
export async function recoverNetwork(): Promise<void> {
  for (;;) {
    const step = await attempt(probeNetwork)
    if (step?.open) {
      setCurrentDetails('The network answers: deliveries go on.')
      if (patched('attention-none')) attend('none')
      return
    }
    const waitMs = step?.waitMs ?? hubTroubleMs
    const since = step ? ` for ${Math.round(step.sinceMs / 1_000)} seconds` : ''
    const until = instantIn(waitMs)
    const standing = `No endpoint can be reached${since}: all deliveries are paused. The next probe is at ${until}.`
    setCurrentDetails(standing)
    await sleep(waitMs, { summary: standing })
    if (workflowInfo().continueAsNewSuggested) await continueAsNew<typeof recoverNetwork>()
  }
}
