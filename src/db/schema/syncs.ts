import type { ColumnType, Generated, JSONColumnType } from 'kysely'

/** A workspace's own pair of fields, as the catalogue's schema has it. */
export interface FieldOverride {
  field: string
  [option: string]: unknown
}

/** One model of one connection joined to one collection. */
export interface SyncsTable {
  id: string
  workspace_id: string
  connection_id: string
  provider: string
  model: string
  collection: string
  /** What the model asks for, such as a repository. */
  config: ColumnType<Record<string, string>, string | undefined, string>
  direction: 'pull' | 'push' | 'both'
  conflict_policy: 'newest' | 'hub' | 'provider' | 'manual'
  /** The keys by which its items join records that are there; null: the model's. */
  match: ColumnType<string[][] | null, string | null | undefined, string | null>
  schedule: JSONColumnType<
    (({ every: string } | { cron: string; timeZone: string }) & { jitter?: string; catchUp?: string }) | null
  >
  status: Generated<'active' | 'paused'>
  /** Who paused it: a person, or the hub because of the connection. */
  paused_because: 'person' | 'needs_reauth' | 'disconnecting' | null
  /** The platform's changes before this are in the hub; null until a first pass was complete. */
  changed_since: Date | null
  full_pass_at: Date | null
  /** What the platform gave with the last page, to be told by what has changed since; null where it gives none. */
  feed_token: string | null
  /** From when on a person wants changes to be read again: taken over by the next run. */
  rewind_to: ColumnType<Date | null, Date | null | undefined, Date | null>
  /** So many rows wait for a person, as its last run left them; 1,000 stands for more too. */
  issues_held: Generated<number>
  issues_since: Date | null
  /** Deletions that wait for a person: see `HeldDeletions`. */
  deletions_held: ColumnType<HeldDeletions | null, string | null | undefined, string | null>
  /** The collection's changes up to this number have been looked at for this sync's platform. */
  pushed_change: Generated<number>
  /** Raised by whatever Temporal's Schedule must follow; behind it is what the Schedule was last brought to. */
  schedule_revision: Generated<number>
  schedule_applied: Generated<number>
  /** The last run that ended; null before the first. */
  last_run_id: string | null
  last_run_status: 'succeeded' | 'failed' | 'cancelled' | null
  last_run_error_code: string | null
  last_run_finished_at: Date | null
  /** Since when runs fail; null once one has succeeded, and while the sync is paused. */
  failing_since: Date | null
  /** When the workflow that watches the sync looks again at the latest; null when none does, nor has to. */
  watch_until: ColumnType<Date | null, Date | null | undefined, Date | null>
  /** Whether it may be polled besides, where it is run by webhooks. */
  polling: Generated<boolean>
  /** When it is next looked whether to poll; null for a sync that is not polled. */
  poll_at: ColumnType<Date | null, Date | null | undefined, Date | null>
  /** The workspace's own pairs of fields; null where the platform's are all. */
  mapping: ColumnType<FieldOverride[] | null, string | null | undefined, string | null>
  /** Canonical paths that lead to another place of the platform's since `mapped_at`, until a pass over everything. */
  remapped: ColumnType<string[] | null, string | null | undefined, string | null>
  /** When the pairs were last changed; null for never. */
  mapped_at: ColumnType<Date | null, Date | null | undefined, Date | null>
  created_at: Generated<Date>
  updated_at: Generated<Date>
  /** Deleted for its users; the row stays until its Schedule and links are gone too. */
  deleted_at: Date | null
}

/** More things are gone at the platform than a run deletes by itself. */
export interface HeldDeletions {
  runId: string
  /** At most so many would be deleted, of so many that were known. */
  count: number
  known: number
  /** An ISO time. */
  since: string
}
