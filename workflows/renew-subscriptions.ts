import { proxyActivities, setCurrentDetails } from '@temporalio/workflow'
import type { createInboundActivities } from '../activities/inbound.ts'
import type { RenewedSubscriptions, RenewSubscriptionsInput } from '../src/inbound/contract.ts'
import { taskQueues } from '../src/temporal/contract.ts'
import { attend } from './attention.ts'
import { inBatches, passWords, toldTroubles } from './pass.ts'

const activities = proxyActivities<ReturnType<typeof createInboundActivities>>({
  taskQueue: taskQueues.connections,
  startToCloseTimeout: '8 minutes',
  scheduleToCloseTimeout: '10 minutes',
  heartbeatTimeout: '2 minutes',
  retry: { maximumAttempts: 2, initialInterval: '5 seconds' },
})

/** Registers, renews and removes webhooks at platforms, in batches, and tells what the platforms refuse. */
export async function renewSubscriptions(input: RenewSubscriptionsInput): Promise<RenewedSubscriptions> {
  const total: RenewedSubscriptions = { done: 0, failed: 0, troubles: [] }
  await inBatches(async () => {
    const { claimed, done, failed, troubles } = await activities.renewDueSubscriptions(input.batch)
    total.done += done
    total.failed += failed
    total.troubles = toldTroubles(total.troubles, troubles)
    setCurrentDetails(wordsOf(total))
    return claimed === input.batch
  })
  if (total.failed > 0) attend('retrying')
  return total
}

function wordsOf({ done, failed, troubles }: RenewedSubscriptions): string {
  const head = `Registered, renewed or removed ${done} webhook subscriptions.`
  if (failed === 0) return head
  return passWords(head, `${failed} failed and are tried again later`, troubles, one => [
    ...[one.provider, one.connectionId, one.subscriptionId],
  ])
}
