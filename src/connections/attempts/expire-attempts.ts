import { sql } from 'kysely'
import type { ConnectionParts } from '../parts.ts'

/**
 * Forgets connect attempts that ended `keepEndedMs` ago, and connections that were never connected and whose attempts have
 * all been forgotten; at most `limit` of each. Gives how many of whichever were more, so that the caller knows when to go on.
 */
export async function expireAttempts(hub: ConnectionParts, limit: number): Promise<number> {
  const attempts = await forgetAttempts(hub, limit)
  const connections = await forgetNeverConnected(hub, limit)
  return Math.max(attempts, connections)
}

function forgetAttempts(hub: ConnectionParts, limit: number): Promise<number> {
  return hub.db.transaction().execute(async trx => {
    // Over connect_attempts_ended; keeping crosses workspaces.
    const { rows } = await sql<{ id: string; workspace_id: string }>`
      delete from connect_attempts where id in (
        select id from connect_attempts
        where status in ('completed', 'failed', 'expired')
          and updated_at < now() - ${hub.connectionSettings.keepEndedMs} * interval '1 millisecond'
        order by updated_at limit ${limit} for update skip locked)
      returning id, workspace_id`.execute(trx)
    // What a process that died left of their secrets.
    for (const { id, workspace_id: workspaceId } of rows) await hub.credentials.destroy(trx, workspaceId, id)
    return rows.length
  })
}

function forgetNeverConnected(hub: ConnectionParts, limit: number): Promise<number> {
  return hub.db.transaction().execute(async trx => {
    // Over connections_never_connected; keeping crosses workspaces.
    const { rows } = await sql<{ id: string; workspace_id: string }>`
      delete from connections where id in (
        select id from connections c
        where generation = 0 and status in ('pending', 'error')
          and updated_at < now() - ${hub.connectionSettings.keepEndedMs} * interval '1 millisecond'
          and not exists (
            select from connect_attempts a where a.workspace_id = c.workspace_id and a.connection_id = c.id)
        order by updated_at limit ${limit} for update skip locked)
      returning id, workspace_id`.execute(trx)
    for (const { id, workspace_id: workspaceId } of rows) await hub.credentials.destroy(trx, workspaceId, id)
    return rows.length
  })
}
