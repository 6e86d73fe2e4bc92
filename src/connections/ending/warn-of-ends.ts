import { sql } from 'kysely'
import { publishEvents, type NewEvent } from '../../delivery/events/publish.ts'
import { eventData, reconnectUrlOf } from '../events/event-data.ts'
import type { ConnectionParts } from '../parts.ts'
import { nextWarningAt, warningDaysLeft } from '../policy.ts'
import { usableStatuses } from '../states.ts'
import { connectionFromRow, type Connection } from '../store.ts'

/** So many are told of in one transaction. */
const atOnce = 100

/**
 * Tells workspaces of grants that end, by `connection.expiring`: each of the days before it once, as the event and the next day to
 * tell of commit together. Of days that have passed meanwhile the last one is told. Gives how many were looked at, `limit` at most.
 */
export async function warnOfEnds(hub: ConnectionParts, limit: number): Promise<number> {
  for (let done = 0; done < limit;) {
    const wanted = Math.min(atOnce, limit - done)
    const some = await warnOfSome(hub, wanted)
    done += some
    if (some < wanted) return done
  }
  return limit
}

async function warnOfSome(hub: ConnectionParts, limit: number): Promise<number> {
  return hub.db.transaction().execute(async trx => {
    // Over connections_to_warn. A row that another holds is told by the next pass.
    const rows = await trx
      .selectFrom('connections')
      .selectAll()
      .where('warn_at', '<=', sql<Date>`now()`)
      .where('status', 'in', [...usableStatuses])
      .orderBy('warn_at')
      .limit(limit)
      .forUpdate()
      .skipLocked()
      .execute()
    if (rows.length === 0) return 0
    const now = new Date()
    const due = rows.map(connectionFromRow)
    await sql`
      update connections c set warn_at = next.warn_at
      from unnest(${due.map(one => one.workspaceId)}::text[], ${due.map(one => one.id)}::text[],
        ${due.map(({ endsAt }) => nextWarningAt(endsAt, now)?.toISOString() ?? null)}::timestamptz[]) as next (workspace_id, id, warn_at)
      where c.workspace_id = next.workspace_id and c.id = next.id`.execute(trx)
    // In one order, so that no two passes wait for each other.
    const byWorkspace = Object.entries(Object.groupBy(due, one => one.workspaceId)).toSorted()
    for (const [workspaceId, own = []] of byWorkspace) {
      const events = own.flatMap(connection => warningOf(hub, connection, now))
      await publishEvents(hub, trx, workspaceId, events)
    }
    return due.length
  })
}

/** Nothing where it has ended already. */
function warningOf(hub: ConnectionParts, connection: Connection, now: Date): NewEvent[] {
  const { endsAt } = connection
  if (endsAt === null || endsAt <= now) return []
  const data = {
    ...eventData(hub, connection),
    expiresAt: endsAt.toISOString(),
    daysLeft: warningDaysLeft(endsAt, now),
    reconnectUrl: reconnectUrlOf(hub, connection),
  }
  return [{ type: 'connection.expiring', data }]
}
