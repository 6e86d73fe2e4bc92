import type { ColumnType, Generated } from 'kysely'

/** One run of a sync: asked for, under way (one at a time for each sync), or over. */
export interface SyncRunsTable {
  id: string
  workspace_id: string
  sync_id: string
  trigger: 'schedule' | 'manual' | 'webhook' | 'poll' | 'event'
  status: 'requested' | 'running' | 'succeeded' | 'failed' | 'cancelled'
  /** Reads everything, although the platform could tell what has changed. */
  full: Generated<boolean>
  phase: Generated<'settle' | 'pull' | 'compare' | 'push' | 'done'>
  /** Where the next page begins; committed with each page. Null at the beginning. */
  cursor: string | null
  /** What the last page gave for the next run to begin with; the sync takes it when this one has succeeded. */
  feed_token: string | null
  /** What was seen is kept, to find what is gone. */
  compare: Generated<boolean>
  /** Who holds the run: raised by each attempt that takes it up, so that an earlier one can write no more. */
  claim: Generated<number>
  workflow_id: string | null
  /** Why nothing is done just now, and until when. */
  waiting_for: 'rate_limit' | 'export' | 'provider_error' | 'place' | null
  waiting_until: ColumnType<Date | null, Date | null | undefined, Date | null>
  /** Where a run before broke off whose pass this one goes on with. */
  resumed_cursor: string | null
  /** When the pass over everything began that this run makes, or goes on with. */
  pass_started_at: Date | null
  /** Since when its push looks at the changes of the collection, and up to which; a push begins anew with what came meanwhile. */
  lap_since: Date | null
  lap_end: number | null
  pulled: Generated<number>
  created: Generated<number>
  updated: Generated<number>
  unchanged: Generated<number>
  deleted: Generated<number>
  pushed: Generated<number>
  conflicts: Generated<number>
  failed: Generated<number>
  /** What was passed over because a person said so, or decides it. */
  skipped: Generated<number>
  /** Calls that were made to the platform. */
  calls: Generated<number>
  /** So many items a pass over everything will meet, as far as the one before tells; null where that is not known. */
  expected: number | null
  /** The sync's direction as it began; null before that, and of a run of an earlier version. */
  direction: 'pull' | 'push' | 'both' | null
  /** Deletions that wait for a person, and how many a person has let through. */
  deletions_held: Generated<number>
  deletions_allowed: number | null
  /** Why it failed; of one that is under way, why its last try failed. */
  error_code: string | null
  requested_at: Generated<Date>
  started_at: Date | null
  /** The last sign of life of whoever holds it. */
  alive_at: ColumnType<Date | null, Date | null | undefined, Date | null>
  finished_at: Date | null
}

/** A page that the run has taken. Emptied when the run ends, unless the next may go on with its pass. */
export interface SyncRunPagesTable {
  run_id: string
  cursor: string
  /** What it held, when what no page holds is to be found. */
  external_ids: string[] | null
  /** A hash of its ids: a list that gives the same page again has no end. Null for the last page. */
  fingerprint: Buffer | null
}

/** A linked thing that may be gone; it leaves with its reading, or its deletion, or the run. */
export interface SyncRunSuspectsTable {
  run_id: string
  external_id: string
  /** What the platform said of it as it told that it is gone. */
  external_version: string | null
  external_updated_at: Date | null
  /** Reading it has shown that it is. */
  gone: Generated<boolean>
}
