import type { Generated } from 'kysely'

/** How far the terms of a collection are, by which its records are found. */
export interface RecordIndexesTable {
  workspace_id: string
  collection: string
  /** What the collection's terms begin with. */
  number: Generated<number>
  /** The change number up to which its records have their terms. */
  indexed_change: Generated<number>
  used_at: Generated<Date>
}

/** The terms of one record. */
export interface RecordTermsTable {
  record_id: string
  workspace_id: string
  terms: string
}
