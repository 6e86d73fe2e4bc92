import { proxyActivities, setCurrentDetails } from '@temporalio/workflow'
import type { ConnectionActivities } from '../activities/connections.ts'
import type { RefreshSweepInput, RefreshSweepResult } from '../src/connections/contract.ts'
import { taskQueues } from '../src/temporal/contract.ts'

/** Refreshes the tokens whose time has come, in batches; what keeps failing gets a workflow of its own there. */
export async function refreshSweep(input: RefreshSweepInput): Promise<RefreshSweepResult> {
  const activities = proxyActivities<ConnectionActivities>({
    taskQueue: taskQueues.connections,
    startToCloseTimeout: input.runForMs + 120_000,
    scheduleToCloseTimeout: input.runForMs + 300_000,
    // Short: a killed sweep leaves refreshes with a lost answer behind, whose grace for re-use is running.
    heartbeatTimeout: '10 seconds',
    retry: { maximumAttempts: 4, initialInterval: '1 second', backoffCoefficient: 1 },
  })
  const result = await activities.sweepRefreshes.executeWithOptions(
    { summary: `Looks for due refreshes for ${Math.round(input.runForMs / 1000)} s` },
    [input],
  )
  setCurrentDetails(`Refreshed ${result.refreshed}, failed ${result.failed}, newly in trouble ${result.troubled}.`)
  return result
}
