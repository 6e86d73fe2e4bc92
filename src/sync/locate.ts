import type { Executor } from '../db/database.ts'
import type { Located } from '../located.ts'
import { syncWorkflowId } from './contract.ts'

/** The sync with this id; one that was deleted says so. */
export async function locateSync(db: Executor, id: string): Promise<Located | undefined> {
  const row = await db
    .selectFrom('syncs')
    .select(['workspace_id', 'connection_id', 'status', 'paused_because', 'deleted_at'])
    .where('id', '=', id)
    .executeTakeFirst()
  if (!row) return undefined
  const state = row.deleted_at ? 'deleted' : row.status
  const of = { connectionId: row.connection_id }
  return { id, workspaceId: row.workspace_id, state, reason: row.paused_because, workflowId: syncWorkflowId(id), of }
}

/** The run with this id. */
export async function locateRun(db: Executor, id: string): Promise<Located | undefined> {
  const row = await db
    .selectFrom('sync_runs')
    .select(['workspace_id', 'sync_id', 'status', 'error_code', 'workflow_id'])
    .where('id', '=', id)
    .executeTakeFirst()
  if (!row) return undefined
  const workflowId = row.workflow_id ?? syncWorkflowId(row.sync_id)
  const { workspace_id: workspaceId, status: state, error_code: reason } = row
  return { id, workspaceId, state, reason, workflowId, of: { syncId: row.sync_id } }
}

/** The rule with this id. */
export async function locateRule(db: Executor, id: string): Promise<Located | undefined> {
  const row = await db.selectFrom('rules').select('workspace_id').where('id', '=', id).executeTakeFirst()
  if (!row) return undefined
  return { id, workspaceId: row.workspace_id, state: 'current', reason: null, workflowId: null, of: {} }
}

/** The record with this id; of its data nothing is told. */
export async function locateRecord(db: Executor, id: string): Promise<Located | undefined> {
  const row = await db
    .selectFrom('records')
    .select(['workspace_id', 'collection', 'deleted_at'])
    .where('id', '=', id)
    .executeTakeFirst()
  if (!row) return undefined
  const state = row.deleted_at ? 'deleted' : 'current'
  const of = { collection: row.collection }
  return { id, workspaceId: row.workspace_id, state, reason: null, workflowId: null, of }
}
