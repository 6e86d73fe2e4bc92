import type { Executor } from '../db/database.ts'
import { newId } from '../ids.ts'

export interface AuditEntry {
  workspaceId: string
  /** An API key's id, `admin`, or the name of the workflow that did it. */
  actor: string
  /** The thing's kind and what happened to it, such as `connection.created`. */
  action: string
  subjectId: string
  /** Facts worth keeping; never a secret. */
  details?: Record<string, unknown>
}

/** Writes one entry, in the caller's transaction: it stands exactly when the change stands. */
export async function writeAudit(db: Executor, entry: AuditEntry): Promise<void> {
  await db
    .insertInto('audit_log')
    .values({
      id: newId('audit'),
      workspace_id: entry.workspaceId,
      actor: entry.actor,
      action: entry.action,
      subject_id: entry.subjectId,
      details: JSON.stringify(entry.details ?? {}),
    })
    .execute()
}
