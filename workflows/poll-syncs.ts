import { proxyActivities, setCurrentDetails } from '@temporalio/workflow'
import type { createPollingActivities } from '../activities/polling.ts'
import type { PolledSyncs, PollSyncsInput } from '../src/sync/contract.ts'
import { taskQueues } from '../src/temporal/contract.ts'
import { inBatches } from './pass.ts'

const activities = proxyActivities<ReturnType<typeof createPollingActivities>>({
  taskQueue: taskQueues.connections,
  startToCloseTimeout: '1 minute',
  scheduleToCloseTimeout: '2 minutes',
  retry: { maximumAttempts: 2 },
})

/** Polls syncs that are run by webhooks, where none have come for a while, in batches and so many at most. */
export async function pollSyncs({ batch, most }: PollSyncsInput): Promise<PolledSyncs> {
  const total: PolledSyncs = { looked: 0, asked: 0 }
  await inBatches(async () => {
    const limit = Math.min(batch, most - total.asked)
    const { looked, asked } = await activities.pollDueSyncs(limit)
    total.looked += looked
    total.asked += asked
    setCurrentDetails(`Looked at ${total.looked} syncs that are run by webhooks, and asked for runs of ${total.asked}.`)
    return looked === limit && total.asked < most
  })
  return total
}
