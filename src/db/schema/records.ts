import type { ColumnType, Generated, JSONColumnType } from 'kysely'

/** A set of records of a workspace. Its row gives out change numbers, and holds writers back while one commits. */
export interface CollectionsTable {
  workspace_id: string
  name: string
  last_change: number
  /** The only sync whose items became records here; null where others' have, or people have made some. */
  sole_sync: string | null
  /** The keys by which records are found, of which `record_keys` has what they come to; null: none are kept. */
  match_keys: ColumnType<string[][] | null, string | null | undefined, string | null>
  /** Records whose last change is up to here have their keys, of those up to `keys_end`; null when all have. */
  keys_at: number | null
  keys_end: number | null
}

/** What the keys of a live record come to, in a collection that keeps them. */
export interface RecordKeysTable {
  workspace_id: string
  collection: string
  /** A hash of the paths and their values. */
  key: string
  record_id: string
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
  /** When somebody last edited it, on whatever side; null when that was the last change. */
  edited_at: ColumnType<Date | null, Date | null | undefined, Date | null>
  deleted_at: Date | null
  /** Who made it, the id of an API key or of a sync, and in which run; null of a record that an earlier version made. */
  created_by: string | null
  created_run: string | null
}
