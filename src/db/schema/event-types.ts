import type { Generated, JSONColumnType } from 'kysely'

/** The event types that a workspace registered. Others may be published too. */
export interface EventTypesTable {
  workspace_id: string
  type: string
  description: string | null
  /** The JSON Schema that the data of such events must fit; null for none. */
  schema: JSONColumnType<Record<string, unknown> | null, string | null, string | null>
  /** SHA-256 of the schema's text: what was compiled of it is kept under this. */
  schema_hash: string | null
  deprecated: boolean
  created_at: Generated<Date>
  updated_at: Generated<Date>
}
