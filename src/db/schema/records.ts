import type { Generated, JSONColumnType } from 'kysely'

/** A set of records of a workspace. Its row gives out change numbers, and holds writers back while one commits. */
export interface CollectionsTable {
  workspace_id: string
  name: string
  last_change: number
}

/** One canonical record. A deleted one stays as a tombstone. */
export interface RecordsTable {
  id: string
  workspace_id: string
  collection: string
  data: JSONColumnType<Record<string, unknown>>
  /** SHA-256 of the data with its keys in order: what is the same is not written. */
  hash: Buffer
  version: Generated<number>
  /** The number of its last change in the collection: in the order in which changes were committed. */
  change: number
  created_at: Generated<Date>
  updated_at: Generated<Date>
  deleted_at: Date | null
}
