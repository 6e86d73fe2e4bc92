import type { Hub } from '../../src/hub.ts'

/** What docs/operations.md says lists what only a person can mend. */
export const needsPersonQuery = 'Attention = "needs_person" AND ExecutionStatus = "Running"'
/** And everything that is stuck. */
export const stuckQuery = 'Attention != "none" AND ExecutionStatus = "Running"'

/** The ids of the workflows that a query lists, in order. */
export async function listed(hub: Hub, query: string): Promise<string[]> {
  const ids: string[] = []
  for await (const { workflowId } of hub.temporal.workflow.list({ query })) ids.push(workflowId)
  return ids.sort()
}

/** What a person reads on a workflow's page. */
export async function detailsOf(hub: Hub, workflowId: string): Promise<string> {
  const handle = hub.temporal.workflow.getHandle(workflowId)
  return (await handle.query<{ currentDetails: string }>('__temporal_workflow_metadata')).currentDetails
}

/** The workflow's state and its `Attention`. */
export async function attentionOf(hub: Hub, workflowId: string): Promise<[status: string, attention: unknown]> {
  const { status, typedSearchAttributes } = await hub.temporal.workflow.getHandle(workflowId).describe()
  const attention = typedSearchAttributes.getAll().find(({ key }) => key.name === 'Attention')
  return [status.name, attention?.value]
}
