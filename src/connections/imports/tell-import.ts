import { searchAttributes } from '../../temporal/contract.ts'
import { tellSoon, type WorkflowStart } from '../../temporal/start.ts'
import type { ConnectionParts } from '../parts.ts'
import { connectionWorkflows, importChangedSignal, importWorkflowId } from '../contract.ts'
import type { ImportInput } from './contract.ts'
import type { ConnectionImport } from './import-store.ts'

/**
 * Starts an import's workflow, or tells the running one to look at its row. Logs when Temporal does not answer, and leaves the
 * start to `reconcile`. Gives whether the workflow was told.
 */
export function tellImport(
  hub: ConnectionParts,
  { id: importId, workspaceId }: Pick<ConnectionImport, 'id' | 'workspaceId'>,
): Promise<boolean> {
  const start: WorkflowStart<ImportInput> = {
    name: connectionWorkflows.importConnections,
    workflowId: importWorkflowId(importId),
    input: { workspaceId, importId },
    searchAttributes: [
      { key: searchAttributes.workspace, value: workspaceId },
      { key: searchAttributes.attention, value: 'none' },
    ],
    summary: `Brings in connections from elsewhere: ${importId}`,
  }
  return tellSoon(hub.temporal, hub.log, start, { name: importChangedSignal })
}

/** Starts or wakes the workflows that have missed the time of their next look. Gives how many. */
export async function tellOverdueImports(hub: ConnectionParts, limit: number): Promise<number> {
  // Over connection_imports_to_reconcile, all workspaces.
  const overdue = await hub.db
    .selectFrom('connection_imports')
    .select(['id', 'workspace_id as workspaceId'])
    .where('reconcile_at', '<', new Date())
    .orderBy('reconcile_at')
    .limit(limit)
    .execute()
  let told = 0
  for (const one of overdue) if (await tellImport(hub, one)) told += 1
  return told
}
