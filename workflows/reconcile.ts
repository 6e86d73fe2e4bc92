import { ActivityFailure, proxyActivities, setCurrentDetails } from '@temporalio/workflow'
import type { createMaintenanceActivities } from '../activities/maintenance.ts'
import { reconciledFeatures, type ReconcileInput, type ReconcileResult } from '../src/maintenance/contract.ts'
import { taskQueues } from '../src/temporal/contract.ts'

const activities = proxyActivities<ReturnType<typeof createMaintenanceActivities>>({
  taskQueue: taskQueues.connections,
  startToCloseTimeout: '1 minute',
  scheduleToCloseTimeout: '2 minutes',
  retry: { maximumAttempts: 2 },
})

/**
 * The slow path of "the row's state is the request": what was committed and whose workflow was never started is started,
 * and what a workflow held that is gone is freed. One feature's trouble does not keep the others from it.
 */
export async function reconcile(input: ReconcileInput): Promise<ReconcileResult> {
  const results = await Promise.all(
    reconciledFeatures.map(async feature => {
      try {
        return [feature, await activities.reconcileFeature(feature, input.limit)] as const
      } catch (error) {
        if (error instanceof ActivityFailure) return [feature, null] as const
        throw error
      }
    }),
  )
  const found = results.map(([feature, count]) => `${feature}: ${count ?? 'failed'}`)
  setCurrentDetails(`Started or freed: ${found.join(', ')}`)
  return Object.fromEntries(results) as ReconcileResult
}
