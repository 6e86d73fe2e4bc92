import { sql } from 'kysely'
import type { Executor } from '../db/database.ts'
import type { ConnectionParts } from '../connections/parts.ts'
import { applyScheduleSoon } from './schedules/schedule.ts'
import { syncFromRow, type Sync } from './sync-store.ts'

/** The syncs of a connection that are not deleted. */
export async function syncsOfConnection(db: Executor, workspaceId: string, connectionId: string): Promise<Sync[]> {
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

/** Brings the Schedules of a connection's syncs to what the rows say, without waiting for reconcile. */
export async function followSchedulesOf(
  hub: ConnectionParts,
  workspaceId: string,
  connectionId: string,
): Promise<void> {
  const rows = await hub.db
    .selectFrom('syncs')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('connection_id', '=', connectionId)
    .where('deleted_at', 'is', null)
    .where('schedule_revision', '<>', sql<number>`schedule_applied`)
    .execute()
  for (const sync of rows.map(syncFromRow)) {
    const paused = sync.status === 'paused'
    await applyScheduleSoon(hub, { ...sync, paused, deleted: false, revision: sync.scheduleRevision })
  }
}
