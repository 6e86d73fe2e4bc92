import { Client, Connection } from '@temporalio/client'
import proto from '@temporalio/proto'

const { EventType } = proto.temporal.api.enums.v1
const actions = new Set<number>([
  EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED,
  EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED,
  EventType.EVENT_TYPE_TIMER_STARTED,
  EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED,
  EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW,
  EventType.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES,
  EventType.EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED,
  EventType.EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED,
])

export interface ActionCount {
  total: number
  /** By the type of the workflow. */
  byType: Record<string, number>
}

/**
 * Counts what Temporal bills as actions between two instants, over all workflows of the namespace, from their histories.
 * Heartbeats leave no trace there.
 */
export async function countActions(address: string, fromMs: number, toMs: number): Promise<ActionCount> {
  const connection = await Connection.connect({ address })
  const client = new Client({ connection })
  const byType: Record<string, number> = {}
  try {
    for await (const execution of client.workflow.list()) {
      if (execution.closeTime && execution.closeTime.getTime() < fromMs) continue
      const handle = client.workflow.getHandle(execution.workflowId, execution.runId)
      const { events } = await handle.fetchHistory()
      for (const event of events ?? []) {
        const at = Number(event.eventTime?.seconds ?? 0) * 1_000 + (event.eventTime?.nanos ?? 0) / 1e6
        if (at < fromMs || at > toMs || !actions.has(event.eventType ?? 0)) continue
        byType[execution.type] = (byType[execution.type] ?? 0) + 1
      }
    }
  } finally {
    await connection.close()
  }
  return { total: Object.values(byType).reduce((sum, count) => sum + count, 0), byType }
}
