import { sql } from 'kysely'
import { writeAudit } from '../audit/log.ts'
import type { Executor } from '../db/database.ts'
import { publishEvents } from '../delivery/events/publish.ts'
import type { ConnectionParts } from './parts.ts'
import { assertMayBecome, eventOf, type ConnectionStatus, type StatusReason } from './states.ts'
import { eventData } from './events/event-data.ts'
import { findConnection, type Connection } from './store.ts'
import { tellAfter } from './trouble/tell-store.ts'

export interface StatusChange {
  to: ConnectionStatus
  /** Why; null when all is well. */
  reason: StatusReason | null
  /** An API key's id, or the name of the workflow. */
  actor: string
}

/**
 * Moves a connection to another state, writes that to the audit log, publishes its event and has the followers follow, all
 * in the caller's transaction. Gives the connection as it is then, or undefined when it was no longer as `from` shows it: then nothing was
 * written. @throws HubError `CONFLICT` for a step that the table of states does not have
 */
export async function changeStatus(
  hub: ConnectionParts,
  trx: Executor,
  from: Connection,
  change: StatusChange,
): Promise<Connection | undefined> {
  if (from.status === change.to) return from
  assertMayBecome(from.status, change.to)
  const changed = await trx
    .updateTable('connections')
    .set({
      status: change.to,
      status_reason: change.reason,
      status_changed_at: sql<Date>`now()`,
      updated_at: sql<Date>`now()`,
      tell_at: tellAfter(from, change.to),
      // What only its person can mend is nobody else's to try.
      ...(change.to === 'needs_reauth' ? { refresh_at: null, recovery: null, recovery_until: null } : {}),
    })
    .where('workspace_id', '=', from.workspaceId)
    .where('id', '=', from.id)
    .where('status', '=', from.status)
    .executeTakeFirst()
  if (changed.numUpdatedRows === 0n) return undefined
  await writeAudit(trx, {
    workspaceId: from.workspaceId,
    actor: change.actor,
    action: `connection.${change.to}`,
    subjectId: from.id,
    details: { from: from.status, ...(change.reason === null ? {} : { reason: change.reason }) },
  })
  const now = await findConnection(trx, from.workspaceId, from.id)
  for (const follow of hub.connectionFollowers) await follow(trx, now)
  const type = eventOf(change.to, from.generation === 0)
  if (type !== undefined) await publishEvents(hub, trx, now.workspaceId, [{ type, data: eventData(hub, now) }])
  return now
}
