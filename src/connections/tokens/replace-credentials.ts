import { HubError } from '../../errors.ts'
import { isVisited } from '../../grants/visit.ts'
import { methodOf } from '../method.ts'
import type { ConnectionParts } from '../parts.ts'
import { findConnection, type Connection } from '../store.ts'
import { replaceKey } from './connect-key.ts'

/**
 * Replaces what a connection is connected by, after the platform has said that it opens the same account.
 * @throws HubError `CONNECTION_NOT_FOUND`, `CONFLICT` when it is being disconnected, `INVALID_REQUEST` where its person has to
 * agree at the platform; as `replaceKey`
 */
export async function replaceCredentials(
  hub: ConnectionParts,
  actor: string,
  workspaceId: string,
  connectionId: string,
  fields: Record<string, string>,
): Promise<Connection> {
  const current = await findConnection(hub.db, workspaceId, connectionId)
  if (current.status === 'disconnecting' || current.status === 'disconnected') {
    throw new HubError('CONFLICT', { message: `The connection is ${current.status}; create a new one.` })
  }
  const { method } = await methodOf(hub, current)
  if (isVisited(method)) {
    throw new HubError('INVALID_REQUEST', { message: 'Its person agrees at the platform again: see reconnect.' })
  }
  return replaceKey(hub, current, fields, actor)
}
