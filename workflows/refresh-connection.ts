import {
  condition,
  continueAsNew,
  defineSignal,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  sleep,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow'
import type { ConnectionActivities } from '../activities/connections.ts'
import { tryNowSignal, type RefreshConnectionInput, type RefreshResult } from '../src/connections/contract.ts'
import { recoveryDelayMs } from '../src/connections/policy.ts'
import { searchAttributes, taskQueues, type Attention } from '../src/temporal/contract.ts'

const activities = proxyActivities<ConnectionActivities>({
  taskQueue: taskQueues.connections,
  startToCloseTimeout: '1 minute',
  scheduleToCloseTimeout: '1 hour',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' },
})

const tryNow = defineSignal(tryNowSignal)

/**
 * One connection whose refresh is in trouble, or asked for by hand: tries with a growing wait until it works, the grant
 * proves dead, or the deadline has passed. A signal tries at once.
 */
export async function refreshConnection(input: RefreshConnectionInput): Promise<RefreshResult['outcome']> {
  const { workspaceId, connectionId, provider, settings } = input
  const ref = { workspaceId, connectionId, provider }
  const startedAtMs = input.startedAtMs ?? Date.now()
  let nudged = false
  setHandler(tryNow, () => {
    nudged = true
  })
  for (let tries = (input.tries ?? 0) + 1; ;) {
    const delayMs = recoveryDelayMs(tries, settings)
    setCurrentDetails(`Try ${tries} to refresh the token at ${provider}.`)
    // A forced refresh that failed is owed as any other: from then on it is done when the token is fresh.
    const force = input.force && tries === 1
    nudged = false
    const result = await activities.tryRefresh(ref, { force, retryInMs: delayMs })
    switch (result.outcome) {
      case 'refreshed':
      case 'fresh':
        return ended(result.outcome, 'none', 'The token is fresh.')
      case 'gone':
        return ended(result.outcome, 'none', 'The connection is disconnected.')
      case 'needs_reauth':
        return ended(result.outcome, 'needs_person', 'The grant has ended: its user has to connect again.')
      case 'error':
        return ended(result.outcome, 'needs_person', `${result.code}: an operator has to correct the provider app.`)
      case 'busy':
        setCurrentDetails('Another refresh of it is under way.')
        await sleep(result.retryAfterMs)
        continue
      case 'failed':
        break
    }
    if (Date.now() - startedAtMs >= settings.deadlineMs) {
      await activities.giveUpRefresh(ref)
      return ended('error', 'needs_person', `${result.code} for too long: an operator has to look.`)
    }
    const waitMs = Math.max(delayMs, result.retryAfterMs ?? 0)
    const at = new Date(Date.now() + waitMs).toISOString()
    setCurrentDetails(`${result.code} at ${provider}, try ${tries}. Tries again at ${at}.`)
    upsertSearchAttributes([{ key: searchAttributes.attention, value: 'retrying' satisfies Attention }])
    await condition(() => nudged, waitMs)
    tries += 1
    if (workflowInfo().continueAsNewSuggested) {
      await continueAsNew<typeof refreshConnection>({ ...input, startedAtMs, tries: tries - 1 })
    }
  }
}

function ended(outcome: RefreshResult['outcome'], attention: Attention, details: string): RefreshResult['outcome'] {
  setCurrentDetails(details)
  upsertSearchAttributes([{ key: searchAttributes.attention, value: attention }])
  return outcome
}
