import { syncRunsOpen } from '../metrics/registry.ts'
import type { GaugeSource } from '../metrics/scrape.ts'

/** The sync runs under way in all workspaces, as they stand when metrics are asked for. */
export const syncGauges: GaugeSource = {
  name: 'sync',
  async read({ pool }) {
    // By sync_runs_running.
    const { rows } = await pool.query<{ count: number }>(
      `select count(*) as count from sync_runs where status = 'running'`,
    )
    syncRunsOpen.set(rows[0]!.count)
  },
}
