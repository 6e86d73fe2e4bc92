import {
  condition,
  continueAsNew,
  defineSignal,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow'
import type { ConnectionActivities } from '../activities/connections.ts'
import {
  tryNowSignal,
  type ProbeResult,
  type ProbeState,
  type RecoverProviderInput,
} from '../src/connections/contract.ts'
import { recoveryDelayMs } from '../src/connections/policy.ts'
import { taskQueues } from '../src/temporal/contract.ts'
import { attend } from './attention.ts'
import { instantIn } from './instant.ts'

const activities = proxyActivities<ConnectionActivities>({
  taskQueue: taskQueues.connections,
  startToCloseTimeout: '2 minutes',
  scheduleToCloseTimeout: '1 hour',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' },
})

const tryNow = defineSignal(tryNowSignal)

/**
 * A token endpoint that fails for many connections: one workflow probes with a few of them at a time, instead of one workflow
 * for each, and gives them back as it answers. Gives how many came back at the end.
 */
export async function recoverProvider(input: RecoverProviderInput): Promise<number> {
  const { provider, host = null, settings } = input
  const name = host === null ? provider : `${provider} at ${host}`
  let nudged = false
  setHandler(tryNow, () => {
    nudged = true
  })
  setCurrentDetails(`${name} fails for many connections: a few of them are tried.`)
  for (let tries = (input.tries ?? 0) + 1; ; tries += 1) {
    const delayMs = recoveryDelayMs(tries, settings)
    nudged = false
    const probe = asResult(await activities.probeProvider(provider, delayMs, host))
    if (probe.state !== 'down') {
      const released = await activities.releaseProvider(provider, host)
      setCurrentDetails(`${name} answers again; ${released} connections went back to the sweep.`)
      attend('none')
      return released
    }
    const standing = `${name} does not answer, probe ${tries}; ${waiting(probe)}. Probes again at ${instantIn(delayMs)}.`
    setCurrentDetails(standing)
    // The timer says it too, where the page shows its history first: without a look at the details, or a worker to ask.
    await condition(() => nudged, delayMs, { summary: standing })
    if (workflowInfo().continueAsNewSuggested) await continueAsNew<typeof recoverProvider>({ ...input, tries })
  }
}

/** How many connections wait, whose, and since when: in well under the 400 bytes that Temporal keeps of a summary. */
function waiting({ connections, workspaces, workspaceId, since }: ProbeResult): string {
  const whose = workspaceId ?? `${workspaces} workspaces`
  const verb = connections === 1 ? '1 connection' : `${connections} connections`
  return `${verb} of ${whose} ${connections === 1 ? 'waits' : 'wait'}${since ? `, since ${since.slice(0, 19)}Z` : ''}`
}

/** Histories of before hold the state alone. */
function asResult(found: ProbeResult | ProbeState): ProbeResult {
  return typeof found === 'string' ? { state: found, connections: 0, workspaces: 0 } : found
}
