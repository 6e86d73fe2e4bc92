import type { ConnectionParts } from '../connections/parts.ts'
import { syncRunsOpen, syncsInTrouble } from '../metrics/registry.ts'
import type { GaugeSource } from '../metrics/scrape.ts'

interface Counts {
  open: number
  waiting: number
  failed: number
  held: number
}

/** The sync runs under way in all workspaces and the syncs in trouble, as they stand when metrics are asked for. */
export const syncGauges: GaugeSource<ConnectionParts> = {
  name: 'sync',
  async read({ pool }) {
    // By sync_runs_running and syncs_failing: what is well is not looked at.
    const { rows } = await pool.query<Counts>(`
      select * from
        (select count(*) as open, count(waiting_for) as waiting from sync_runs where status = 'running') as runs,
        (select count(*) filter (where deletions_held is null) as failed, count(deletions_held) as held
          from syncs where failing_since is not null) as syncs`)
    const { open, waiting, failed, held } = rows[0]!
    syncRunsOpen.set(open)
    syncsInTrouble.set({ state: 'waiting' }, waiting)
    syncsInTrouble.set({ state: 'failed' }, failed)
    syncsInTrouble.set({ state: 'held' }, held)
  },
}
