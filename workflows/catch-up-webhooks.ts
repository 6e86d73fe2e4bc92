import { proxyActivities, setCurrentDetails } from '@temporalio/workflow'
import type { createInboundActivities } from '../activities/inbound.ts'
import type { CatchUpWebhooksInput, CaughtUp } from '../src/inbound/contract.ts'
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

/** After the hub was away: asks platforms that keep a list of what they have sent for it, in batches. */
export async function catchUpWebhooks(input: CatchUpWebhooksInput): Promise<CaughtUp> {
  const total: CaughtUp = { read: 0, taken: 0, failed: 0, troubles: [] }
  for (let batch = 0; batch < maxBatches; batch += 1) {
    const { more, ...done } = await activities.catchUpWebhooks(input.batch)
    total.read += done.read
    total.taken += done.taken
    total.failed += done.failed
    total.troubles = [...total.troubles, ...done.troubles].slice(0, mostTold)
    setCurrentDetails(wordsOf(total))
    if (!more) break
  }
  if (total.failed > 0) attend('retrying')
  return total
}

function wordsOf({ read, taken, failed, troubles }: CaughtUp): string {
  const head = `Asked for what was sent while the hub was away, of ${read} connections: ${taken} webhooks had not come.`
  if (failed === 0) return head
  const each = troubles.map(({ provider, connectionId, code }) => `- ${provider}, ${connectionId}: ${code}`)
  return [`${head} ${failed} lists could not be read and are tried again later:`, '', ...each].join('\n')
}
