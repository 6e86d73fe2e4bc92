import { proxyActivities, setCurrentDetails } from '@temporalio/workflow'
import type { createInboundActivities } from '../activities/inbound.ts'
import type { RenewedSubscriptions, RenewSubscriptionsInput } from '../src/inbound/contract.ts'
import { taskQueues } from '../src/temporal/contract.ts'
import { attend } from './attention.ts'

const activities = proxyActivities<ReturnType<typeof createInboundActivities>>({
  taskQueue: taskQueues.connections,
  startToCloseTimeout: '8 minutes',
  scheduleToCloseTimeout: '10 minutes',
  heartbeatTimeout: '2 minutes',
  retry: { maximumAttempts: 2, initialInterval: '5 seconds' },
})

/** Most batches of one pass; what is left is the next one's. */
const maxBatches = 50

/** How many troubles stand in the words. */
const mostTold = 10

/** Registers, renews and removes webhooks at platforms, in batches, and tells what the platforms refuse. */
export async function renewSubscriptions(input: RenewSubscriptionsInput): Promise<RenewedSubscriptions> {
  const total: RenewedSubscriptions = { done: 0, failed: 0, troubles: [] }
  for (let batch = 0; batch < maxBatches; batch += 1) {
    const { claimed, done, failed, troubles } = await activities.renewDueSubscriptions(input.batch)
    total.done += done
    total.failed += failed
    total.troubles = [...total.troubles, ...troubles].slice(0, mostTold)
    setCurrentDetails(wordsOf(total))
    if (claimed < input.batch) break
  }
  if (total.failed > 0) attend('retrying')
  return total
}

function wordsOf({ done, failed, troubles }: RenewedSubscriptions): string {
  const head = `Registered, renewed or removed ${done} webhook subscriptions.`
  if (failed === 0) return head
  const each = troubles.map(
    ({ provider, connectionId, subscriptionId, code }) => `- ${provider}, ${connectionId}, ${subscriptionId}: ${code}`,
  )
  return [`${head} ${failed} failed and are tried again later:`, '', ...each].join('\n')
}
