import { syncRows, syncRuns } from '../../metrics/registry.ts'
import { countsOfRun } from './run-row.ts'
import type { RunRow } from './run-row.ts'

/** Counts a run that has ended, and the rows it went through. */
export function measureRun(provider: string, run: RunRow): void {
  syncRuns.inc({ provider, outcome: run.status })
  const { created, updated, unchanged, deleted, pushed, conflicts, failed } = countsOfRun(run)
  for (const [outcome, rows] of Object.entries({ created, updated, unchanged, deleted, failed })) {
    if (rows > 0) syncRows.inc({ provider, direction: 'pull', outcome }, rows)
  }
  if (pushed > 0) syncRows.inc({ provider, direction: 'push', outcome: 'updated' }, pushed)
  if (conflicts > 0) syncRows.inc({ provider, direction: 'both', outcome: 'conflict' }, conflicts)
}
