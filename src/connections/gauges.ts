import { connectionsByStatus, refreshesDue } from '../metrics/registry.ts'
import type { GaugeSource } from '../metrics/scrape.ts'

/** The connections of all workspaces, as they stand when metrics are asked for. */
export const connectionGauges: GaugeSource = {
  name: 'connections',
  async read({ pool }) {
    const { rows } = await pool.query<{ provider: string; status: string; count: number }>(
      'select provider, status, count(*) as count from connections group by provider, status',
    )
    connectionsByStatus.reset()
    for (const { provider, status, count } of rows) connectionsByStatus.set({ provider, status }, count)
    // By connections_refresh_due.
    const due = await pool.query<{ count: number }>(
      `select count(*) as count from connections
       where refresh_at <= now() and recovery is null and status in ('connected', 'degraded', 'error')`,
    )
    refreshesDue.set(due.rows[0]!.count)
  },
}
