import { WorkflowIdReusePolicy } from '@temporalio/common'
import type { ConnectionParts } from '../parts.ts'
import { taskQueues } from '../../temporal/contract.ts'
import { noteHanded, type ConnectAttempt } from './attempt-store.ts'
import { callbackSignal } from '../contract.ts'
import { connectAccountStart } from '../workflow-starts.ts'

const deadlineMs = 3_000

/**
 * Tells an attempt's workflow that the row has moved on, starting it if it is not there (signal-with-start). If Temporal
 * does not answer that is logged and no error: `reconcile` hands it over. Gives whether it was told.
 */
export async function handOver(hub: ConnectionParts, attempt: ConnectAttempt): Promise<boolean> {
  const { workspaceId, connectionId, provider, id: attemptId } = attempt
  const start = connectAccountStart({ workspaceId, connectionId, provider, attemptId, waitMs: 0 })
  try {
    await hub.temporal.withDeadline(Date.now() + deadlineMs, () =>
      hub.temporal.workflow.signalWithStart(start.name, {
        workflowId: start.workflowId,
        taskQueue: taskQueues.workflows,
        args: [start.input],
        signal: callbackSignal,
        // A former run that gave up does not keep a later one from finishing.
        workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
        typedSearchAttributes: start.searchAttributes,
        staticSummary: start.summary,
      }),
    )
    await noteHanded(hub.db, attempt)
    return true
  } catch (error) {
    hub.log.warn({ err: error, attemptId }, 'the connect workflow was not told; reconcile will')
    return false
  }
}
