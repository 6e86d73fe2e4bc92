import type { Generated, JSONColumnType } from 'kysely'

/** Who did what to which thing, and when. */
export interface AuditLogTable {
  id: string
  workspace_id: string
  /** An API key's id, `admin`, or the name of the workflow that did it. */
  actor: string
  action: string
  subject_id: string
  details: JSONColumnType<Record<string, unknown>>
  created_at: Generated<Date>
}
