import type { ConnectionParts } from './parts.ts'
import { connectionsByStatus, connectionsInTrouble, connectionsUntold, refreshesDue } from '../metrics/registry.ts'
import type { GaugeSource } from '../metrics/scrape.ts'

/** The connections of all workspaces, as they stand when metrics are asked for. */
export const connectionGauges: GaugeSource<ConnectionParts> = {
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
    // By connections_need_operator and connections_in_recovery.
    const trouble = await pool.query<{ provider: string; state: string; count: number }>(
      `select provider, 'needs_operator' as state, count(*) as count from connections
       where tell_at is not null and status = 'error' group by provider
       union all
       select provider, case recovery when 'provider' then 'held' else 'retrying' end, count(*) from connections
       where recovery is not null group by recovery, provider`,
    )
    connectionsInTrouble.reset()
    for (const { provider, state, count } of trouble.rows) connectionsInTrouble.set({ provider, state }, count)
    // By connections_to_tell.
    const untold = await pool.query<{ count: number }>(
      'select count(*) as count from connections where tell_at <= now()',
    )
    connectionsUntold.set(untold.rows[0]!.count)
  },
}
