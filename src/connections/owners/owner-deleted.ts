import { writeAudit } from '../../audit/log.ts'
import { requestDisconnect } from '../ending/disconnect.ts'
import type { ConnectionParts } from '../parts.ts'

/** So many connections one call begins to disconnect. */
export const ownerBatch = 100

export interface OwnerDeleted {
  /** How many connections began to be disconnected. */
  disconnecting: number
  /** Whether there are more: the call is then to be made again. */
  more: boolean
}

/**
 * Begins to disconnect what a user of the product has connected, a bounded number of connections at a time. Who calls again
 * goes on where this has come to; what is being disconnected stays as it is.
 */
export async function disconnectOwner(
  hub: ConnectionParts,
  actor: string,
  workspaceId: string,
  ownerId: string,
): Promise<OwnerDeleted> {
  // Over connections_of_owner_living.
  const rows = await hub.db
    .selectFrom('connections')
    .select('id')
    .where('workspace_id', '=', workspaceId)
    .where('owner_id', '=', ownerId)
    .where('status', 'not in', ['disconnecting', 'disconnected'])
    .orderBy('id')
    .limit(ownerBatch + 1)
    .execute()
  const batch = rows.slice(0, ownerBatch)
  for (const { id } of batch) await requestDisconnect(hub, workspaceId, id, actor)
  if (batch.length > 0) {
    const details = { connections: batch.length }
    await writeAudit(hub.db, { workspaceId, actor, action: 'owner.deleted', subjectId: ownerId, details })
  }
  return { disconnecting: batch.length, more: rows.length > ownerBatch }
}
