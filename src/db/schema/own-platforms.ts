import type { ColumnType, Generated } from 'kysely'

/** A platform that a workspace has of its own, as it was written. */
export interface OwnPlatformsTable {
  workspace_id: string
  /** What `provider` names; never one of the catalogue's. */
  id: string
  definition: ColumnType<unknown, string, string>
  created_at: Generated<Date>
  updated_at: Generated<Date>
}
