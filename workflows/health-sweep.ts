import { proxyActivities, setCurrentDetails } from '@temporalio/workflow'
import type { ConnectionActivities } from '../activities/connections.ts'
import type { HealthSweepInput, HealthSweepResult } from '../src/connections/contract.ts'
import { taskQueues } from '../src/temporal/contract.ts'

const activities = proxyActivities<ConnectionActivities>({
  taskQueue: taskQueues.connections,
  startToCloseTimeout: '12 minutes',
  scheduleToCloseTimeout: '14 minutes',
  heartbeatTimeout: '2 minutes',
  retry: { maximumAttempts: 2, initialInterval: '5 seconds' },
})

/** Most batches of one sweep; what is left is due again a quarter of an hour later. */
const maxBatches = 50

/** Verifies the connections whose time has come, in batches, and opens and closes `degraded`. */
export async function healthSweep(input: HealthSweepInput): Promise<HealthSweepResult> {
  const total: HealthSweepResult = { verified: 0, degraded: 0, recovered: 0 }
  for (let batch = 0; batch < maxBatches; batch += 1) {
    const { claimed, verified, degraded, recovered } = await activities.checkDueConnections(input.batch)
    total.verified += verified
    total.degraded += degraded
    total.recovered += recovered
    setCurrentDetails(`Verified ${total.verified}: ${total.degraded} degraded, ${total.recovered} recovered.`)
    if (claimed < input.batch) break
  }
  return total
}
