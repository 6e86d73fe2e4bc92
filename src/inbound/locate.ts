import type { Executor } from '../db/database.ts'
import type { Located } from '../located.ts'
import { handleInboundWorkflowId } from './contract.ts'

/** The webhook of a platform with this id. */
export async function locateInboundEvent(db: Executor, id: string): Promise<Located | undefined> {
  const row = await db
    .selectFrom('inbound_events')
    .select(['workspace_id', 'connection_id', 'status', 'error_code'])
    .where('id', '=', id)
    .executeTakeFirst()
  if (!row) return undefined
  const of = row.connection_id === null ? {} : { connectionId: row.connection_id }
  const { workspace_id: workspaceId, status: state, error_code: reason } = row
  return { id, workspaceId, state, reason, workflowId: handleInboundWorkflowId, of }
}
