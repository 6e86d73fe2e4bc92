import type { DeliveryParts } from '../parts.ts'
import { tellSoon, type WorkflowStart } from '../../temporal/start.ts'
import {
  replayAttributes,
  replayChangedSignal,
  replayDeliveriesName,
  replayWorkflowId,
  type ReplayInput,
} from '../contract.ts'
import type { Replay } from './replay-store.ts'

/**
 * Starts a replay's workflow, or tells the running one to look at its row. Logs when Temporal does not answer, and leaves the
 * start to `reconcile`. Gives whether the workflow was told.
 */
export function tellReplay(
  hub: DeliveryParts,
  { id: replayId, workspaceId, endpointId }: Pick<Replay, 'id' | 'workspaceId' | 'endpointId'>,
): Promise<boolean> {
  const input: ReplayInput = { workspaceId, replayId, endpointId }
  const start: WorkflowStart<ReplayInput> = {
    name: replayDeliveriesName,
    workflowId: replayWorkflowId(replayId),
    input,
    searchAttributes: replayAttributes(input, 'none'),
    summary: `Sends deliveries again: ${endpointId ?? 'all endpoints'}`,
  }
  return tellSoon(hub.temporal, hub.log, start, { name: replayChangedSignal })
}

/** Starts or wakes the workflows that have missed the time of their next look. Gives how many. Index: replays_to_reconcile. */
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
