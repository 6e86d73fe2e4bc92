import { sql } from 'kysely'
import type { Connection } from '../connections/store.ts'
import type { Executor } from '../db/database.ts'
import { pollNow } from './polling/poll-store.ts'
import { cancelRuns } from './runs/run-store.ts'
import { watchNow } from './runs/watch-now.ts'

/** Why the hub itself pauses a connection's syncs. */
export type PauseReason = 'needs_reauth' | 'disconnecting'

/** Why the syncs of a connection in its state rest; undefined when they may run. */
export function pauseReasonOf({ status }: Pick<Connection, 'status'>): PauseReason | undefined {
  if (status === 'needs_reauth') return 'needs_reauth'
  return status === 'disconnecting' || status === 'disconnected' ? 'disconnecting' : undefined
}

/**
 * Has a connection's syncs follow a change of its state, in the transaction of that change: they rest while it needs its user,
 * go on when it is back, and stop for good when it is disconnected. What a person has paused stays paused. The Schedules follow
 * the rows: at once where the caller sees to that, by reconcile in any case.
 */
export async function followConnection(trx: Executor, connection: Connection): Promise<void> {
  const reason = pauseReasonOf(connection)
  if (reason) await pauseSyncs(trx, connection, reason)
  else await resumeSyncs(trx, connection)
}

/** Pauses what runs. A run that is under way, or asked for, ends by itself or waits: only disconnecting cancels it. */
export async function pauseSyncs(
  trx: Executor,
  connection: Pick<Connection, 'workspaceId' | 'id'>,
  reason: PauseReason,
): Promise<number> {
  // By syncs_once.
  const rows = await trx
    .updateTable('syncs')
    .set({
      status: 'paused',
      paused_because: reason,
      failing_since: null,
      watch_until: watchNow,
      schedule_revision: sql<number>`schedule_revision + 1`,
      updated_at: sql<Date>`now()`,
    })
    .where('workspace_id', '=', connection.workspaceId)
    .where('connection_id', '=', connection.id)
    .where('deleted_at', 'is', null)
    .where(eb =>
      reason === 'disconnecting'
        ? eb.or([eb('status', '=', 'active'), eb('paused_because', '=', 'needs_reauth')])
        : eb('status', '=', 'active'),
    )
    .returning('id')
    .execute()
  const ids = rows.map(row => row.id)
  if (reason === 'disconnecting') await cancelRuns(trx, connection.workspaceId, ids, 'CONNECTION_NOT_READY')
  return ids.length
}

async function resumeSyncs(trx: Executor, connection: Connection): Promise<void> {
  await trx
    .updateTable('syncs')
    .set({
      status: 'active',
      paused_because: null,
      poll_at: pollNow,
      schedule_revision: sql<number>`schedule_revision + 1`,
      updated_at: sql<Date>`now()`,
    })
    .where('workspace_id', '=', connection.workspaceId)
    .where('connection_id', '=', connection.id)
    .where('paused_because', '=', 'needs_reauth')
    .where('status', '=', 'paused')
    .where('deleted_at', 'is', null)
    .execute()
}
