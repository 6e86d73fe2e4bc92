import type { Executor } from '../db/database.ts'
import { behind, type Position } from '../db/keyset.ts'

export interface AuditRecord {
  id: string
  actor: string
  action: string
  subjectId: string
  details: Record<string, unknown>
  createdAt: Date
}

/** The workspace's entries behind a position, newest first; with a subject, by audit_log_by_subject. */
export function listAudit(
  db: Executor,
  workspaceId: string,
  list: { after?: Position | undefined; limit: number; subjectId?: string | undefined },
): Promise<AuditRecord[]> {
  let query = db
    .selectFrom('audit_log')
    .select(['id', 'actor', 'action', 'subject_id as subjectId', 'details', 'created_at as createdAt'])
    .where('workspace_id', '=', workspaceId)
  if (list.subjectId !== undefined) query = query.where('subject_id', '=', list.subjectId)
  return query.where(behind(list.after)).orderBy('id', 'desc').limit(list.limit).execute()
}
