import { sql } from 'kysely'
import { publishEvents } from '../../delivery/events/publish.ts'
import { eventData, reconnectUrlOf } from '../events/event-data.ts'
import type { ConnectionParts } from '../parts.ts'
import { nextWarningAt, warningDaysLeft } from '../policy.ts'
import { usableStatuses } from '../states.ts'
import { connectionFromRow } from '../store.ts'

/**
 * Tells workspaces of grants that end, by `connection.expiring`: each of the days before it once, as the event and the next day to
 * tell of commit together. Of days that have passed meanwhile the last one is told. Gives how many were told.
 */
export async function warnOfEnds(hub: ConnectionParts, limit: number): Promise<number> {
  let told = 0
  while (told < limit && (await warnOfOne(hub))) told += 1
  return told
}

async function warnOfOne(hub: ConnectionParts): Promise<boolean> {
  return hub.db.transaction().execute(async trx => {
    // Over connections_to_warn. A row that another holds is told by the next pass.
    const row = await trx
      .selectFrom('connections')
      .selectAll()
      .where('warn_at', '<=', sql<Date>`now()`)
      .where('status', 'in', [...usableStatuses])
      .orderBy('warn_at')
      .limit(1)
      .forUpdate()
      .skipLocked()
      .executeTakeFirst()
    if (!row) return false
    const connection = connectionFromRow(row)
    const { workspaceId, id, endsAt } = connection
    const now = new Date()
    await trx
      .updateTable('connections')
      .set({ warn_at: nextWarningAt(endsAt, now) })
      .where('workspace_id', '=', workspaceId)
      .where('id', '=', id)
      .execute()
    if (endsAt === null || endsAt <= now) return true
    const data = {
      ...eventData(hub, connection),
      expiresAt: endsAt.toISOString(),
      daysLeft: warningDaysLeft(endsAt, now),
      reconnectUrl: reconnectUrlOf(hub, connection),
    }
    await publishEvents(hub, trx, workspaceId, [{ type: 'connection.expiring', data }])
    return true
  })
}
