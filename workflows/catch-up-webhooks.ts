import { proxyActivities, setCurrentDetails } from '@temporalio/workflow'
import type { createInboundActivities } from '../activities/inbound.ts'
import type { CatchUpWebhooksInput, CaughtUp } from '../src/inbound/contract.ts'
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

/** After the hub was away: asks platforms that keep a list of what they have sent for it, in batches. */
export async function catchUpWebhooks(input: CatchUpWebhooksInput): Promise<CaughtUp> {
  const total: CaughtUp = { read: 0, taken: 0, failed: 0, troubles: [] }
  await inBatches(async () => {
    const { more, ...done } = await activities.catchUpWebhooks(input.batch)
    total.read += done.read
    total.taken += done.taken
    total.failed += done.failed
    total.troubles = toldTroubles(total.troubles, done.troubles)
    setCurrentDetails(wordsOf(total))
    return more
  })
  if (total.failed > 0) attend('retrying')
  return total
}

function wordsOf({ read, taken, failed, troubles }: CaughtUp): string {
  const head = `Asked for what was sent while the hub was away, of ${read} connections: ${taken} webhooks had not come.`
  if (failed === 0) return head
  const trouble = `${failed} lists could not be read and are tried again later`
  return passWords(head, trouble, troubles, ({ provider, connectionId }) => [provider, connectionId])
}
