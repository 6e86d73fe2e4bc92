import type { Selectable } from 'kysely'
import type { SyncRunsTable } from '../../db/schema/sync-runs.ts'

export type RunRow = Selectable<SyncRunsTable>

/** A run's counts as they are shown. */
export function countsOfRun(run: RunRow) {
  const { pulled, created, updated, unchanged, deleted, pushed, conflicts, failed, skipped } = run
  return { pulled, created, updated, unchanged, deleted, pushed, conflicts, failed, skipped }
}
