import { TypedSearchAttributes } from '@temporalio/common'
import type { DeliveryParts } from '../parts.ts'
import { taskQueues } from '../../temporal/contract.ts'
import {
  replayAttributes,
  replayChangedSignal,
  replayDeliveriesName,
  replayWorkflowId,
  type ReplayInput,
} from '../contract.ts'
import type { Replay } from './replay-store.ts'

const deadlineMs = 2_000

/**
 * Starts a replay's workflow, or tells the running one to look at the row (signal-with-start). If Temporal does not answer
 * that is logged and no error: `reconcile` does it. Gives whether it was told.
 */
export async function tellReplay(
  hub: DeliveryParts,
  { id: replayId, workspaceId, endpointId }: Pick<Replay, 'id' | 'workspaceId' | 'endpointId'>,
): Promise<boolean> {
  const input: ReplayInput = { workspaceId, replayId, endpointId }
  try {
    await hub.temporal.withDeadline(Date.now() + deadlineMs, () =>
      hub.temporal.workflow.signalWithStart(replayDeliveriesName, {
        workflowId: replayWorkflowId(replayId),
        taskQueue: taskQueues.workflows,
        args: [input],
        signal: replayChangedSignal,
        typedSearchAttributes: new TypedSearchAttributes(replayAttributes(input, 'none')),
        staticSummary: `Sends deliveries again: ${endpointId ?? 'all endpoints'}`,
      }),
    )
    return true
  } catch (error) {
    hub.log.warn({ err: error, replayId }, 'the replay was not started or told now; reconcile will')
    return false
  }
}

/** Starts or tells those whose workflow should have looked at its row by now. Index: replays_to_reconcile. Gives how many. */
export async function tellOverdueReplays(hub: DeliveryParts, limit: number): Promise<number> {
  const overdue = await hub.db
    .selectFrom('replays')
    .select(['id', 'workspace_id as workspaceId', 'endpoint_id as endpointId'])
    .where('reconcile_at', '<', new Date())
    .orderBy('reconcile_at')
    .limit(limit)
    .execute()
  let told = 0
  for (const replay of overdue) if (await tellReplay(hub, replay)) told++
  return told
}
