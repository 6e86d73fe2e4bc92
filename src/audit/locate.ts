import type { Executor } from '../db/database.ts'
import type { Located } from '../located.ts'

/** The audit entry with this id. */
export async function locateAuditEntry(db: Executor, id: string): Promise<Located | undefined> {
  const row = await db
    .selectFrom('audit_log')
    .select(['workspace_id as workspaceId', 'action', 'subject_id as subjectId'])
    .where('id', '=', id)
    .executeTakeFirst()
  if (!row) return undefined
  const of = { subjectId: row.subjectId }
  return { id, workspaceId: row.workspaceId, state: row.action, reason: null, workflowId: null, of }
}
