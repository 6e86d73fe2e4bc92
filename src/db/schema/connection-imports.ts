import type { Generated } from 'kysely'

export type ImportState = 'receiving' | 'running' | 'finished' | 'cancelled'
export type ImportFormat = 'list' | 'jsonl' | 'csv'

/** Connections that a workspace brings in from elsewhere, together. */
export interface ConnectionImportsTable {
  id: string
  workspace_id: string
  /** `receiving` until all of its rows are stored. */
  state: Generated<ImportState>
  format: ImportFormat
  /** Checks its rows and keeps nothing of them. */
  dry_run: boolean
  total: Generated<number>
  /** The API key that asked for it. */
  actor: string
  created_at: Generated<Date>
  finished_at: Date | null
  /** When `reconcile` calls its workflow, which moves this ahead as it works; null when there is nothing left to do. */
  reconcile_at: Date | null
}

export type ImportOutcome = 'connected' | 'needs_reauth' | 'duplicate' | 'failed' | 'unchecked' | 'cancelled'

/** One row of an import, and what became of it. What it holds is in `credentials`, sealed, until it is decided. */
export interface ConnectionImportRowsTable {
  id: string
  workspace_id: string
  import_id: string
  /** Its place in the list or file, from 1. */
  number: number
  /** The caller's own id of it. */
  external_id: string | null
  /** Null until it is known to be one. */
  provider: string | null
  /** Null until it is decided. */
  outcome: ImportOutcome | null
  /** An error code: why it is what it is, or why it waits. */
  code: string | null
  detail: string | null
  connection_id: string | null
  /** Tries that came to no decision. */
  attempts: Generated<number>
  /** The first of those in a row. */
  failing_since: Date | null
  due_at: Generated<Date>
  lease_owner: string | null
  lease_until: Date | null
  decided_at: Date | null
}
