import { ActivityFailure, proxyActivities, setCurrentDetails } from '@temporalio/workflow'
import type { createRetentionActivities } from '../activities/retention.ts'
import { expiringKinds, type EnforceRetentionInput, type RetentionResult } from '../src/retention/contract.ts'
import { taskQueues } from '../src/temporal/contract.ts'

const activities = proxyActivities<ReturnType<typeof createRetentionActivities>>({
  taskQueue: taskQueues.connections,
  startToCloseTimeout: '20 minutes',
  scheduleToCloseTimeout: '45 minutes',
  heartbeatTimeout: '1 minute',
  retry: { initialInterval: '10 seconds', maximumAttempts: 3 },
})

/** Makes room ahead and lets go of what has had its time. One part's failure does not keep the others from theirs. */
export async function enforceRetention(input: EnforceRetentionInput): Promise<RetentionResult> {
  // Room first: without a partition for today nothing can be written.
  const partitionsMade = await orNull(activities.makePartitions())
  const partitionsDropped = await orNull(activities.dropPartitions())
  const expired: RetentionResult['expired'] = {}
  // From the input, so that a kind that is added leaves the histories of before as they are.
  const kinds = input.kinds ?? expiringKinds.slice(0, 6)
  for (const kind of kinds) expired[kind] = await orNull(activities.expireRows(kind, input.batchSize))
  const rows = kinds.map(kind => `${kind} ${expired[kind] ?? 'failed'}`).join(', ')
  setCurrentDetails(
    `Partitions: ${partitionsMade ?? 'failed'} made, ${partitionsDropped ?? 'failed'} dropped. Expired: ${rows}.`,
  )
  return { partitionsMade, partitionsDropped, expired }
}

async function orNull<T>(activity: Promise<T>): Promise<T | null> {
  try {
    return await activity
  } catch (error) {
    if (error instanceof ActivityFailure) return null
    throw error
  }
}
