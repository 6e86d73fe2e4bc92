import {
  condition,
  continueAsNew,
  defineSignal,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow'
import type { ConnectionActivities } from '../activities/connections.ts'
import { tryNowSignal, type RecoverProviderInput } from '../src/connections/contract.ts'
import { recoveryDelayMs } from '../src/connections/policy.ts'
import { searchAttributes, taskQueues } from '../src/temporal/contract.ts'

const activities = proxyActivities<ConnectionActivities>({
  taskQueue: taskQueues.connections,
  startToCloseTimeout: '2 minutes',
  scheduleToCloseTimeout: '1 hour',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' },
})

const tryNow = defineSignal(tryNowSignal)

/**
 * A provider that fails for many connections: one workflow probes with one of them at a time, instead of one workflow for
 * each, and gives all of them back when the provider answers. Gives how many.
 */
export async function recoverProvider(input: RecoverProviderInput): Promise<number> {
  const { provider, settings } = input
  let nudged = false
  setHandler(tryNow, () => {
    nudged = true
  })
  for (let tries = (input.tries ?? 0) + 1; ; tries += 1) {
    const delayMs = recoveryDelayMs(tries, settings)
    nudged = false
    const found = await activities.probeProvider(provider, delayMs)
    if (found !== 'down') {
      const released = await activities.releaseProvider(provider)
      setCurrentDetails(`${provider} answers again; ${released} connections went back to the sweep.`)
      upsertSearchAttributes([{ key: searchAttributes.attention, value: 'none' }])
      return released
    }
    const at = new Date(Date.now() + delayMs).toISOString()
    setCurrentDetails(`${provider} does not answer, probe ${tries}. Probes again at ${at}.`)
    await condition(() => nudged, delayMs)
    if (workflowInfo().continueAsNewSuggested) await continueAsNew<typeof recoverProvider>({ ...input, tries })
  }
}
