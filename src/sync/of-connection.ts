import { sql } from 'kysely'
import type { Executor } from '../db/database.ts'
import type { Hub } from '../hub.ts'
import { cancelRuns } from './run-store.ts'
import { applyScheduleSoon } from './schedule.ts'
import { syncFromRow, type Sync } from './sync-store.ts'

/** A sync as other features see it. */
export type SyncOfConnection = Sync

/** The syncs of a connection that are not deleted. */
export async function syncsOfConnection(
  db: Executor,
  workspaceId: string,
  connectionId: string,
): Promise<SyncOfConnection[]> {
  const rows = await db
    .selectFrom('syncs')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('connection_id', '=', connectionId)
    .where('deleted_at', 'is', null)
    .orderBy('id')
    .execute()
  return rows.map(syncFromRow)
}

/** Why the hub itself pauses a connection's syncs. */
export type PauseReason = 'needs_reauth' | 'disconnecting'

/**
 * Pauses the syncs of a connection, and cancels what they have running or asked for: whoever works on it stops at its next
 * commit. Gives how many it paused.
 */
export async function pauseSyncsOfConnection(
  hub: Hub,
  workspaceId: string,
  connectionId: string,
  reason: PauseReason,
): Promise<number> {
  const paused = await hub.db.transaction().execute(async trx => {
    const rows = await trx
      .updateTable('syncs')
      .set({
        status: 'paused',
        paused_because: reason,
        schedule_revision: sql<number>`schedule_revision + 1`,
        updated_at: sql<Date>`now()`,
      })
      .where('workspace_id', '=', workspaceId)
      .where('connection_id', '=', connectionId)
      .where('status', '=', 'active')
      .where('deleted_at', 'is', null)
      .returningAll()
      .execute()
    const code = reason === 'needs_reauth' ? 'TOKEN_EXPIRED' : 'CONNECTION_NOT_READY'
    await cancelRuns(
      trx,
      workspaceId,
      rows.map(row => row.id),
      code,
    )
    return rows.map(syncFromRow)
  })
  await Promise.all(
    paused.map(sync =>
      applyScheduleSoon(hub, { ...sync, paused: true, deleted: false, revision: sync.scheduleRevision }),
    ),
  )
  return paused.length
}
