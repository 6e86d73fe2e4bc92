import type { Grant } from '../../grants/grant.ts'
import { grantingOf } from '../granting.ts'
import { openGrant, type Opened } from '../health/open-grant.ts'
import type { ConnectionParts } from '../parts.ts'
import { findConnection } from '../store.ts'
import type { ConnectAttempt } from './attempt-store.ts'

/** Asks the provider what the grant of an attempt opens. @throws HubError as `openGrant` */
export async function openAttempt(hub: ConnectionParts, attempt: ConnectAttempt, grant: Grant): Promise<Opened> {
  const connection = await findConnection(hub.db, attempt.workspaceId, attempt.connectionId)
  const owner = { ...connection, config: { ...connection.config, ...attempt.captured } }
  return openGrant(hub, await grantingOf(hub, { ...owner, method: attempt.method }), owner, grant)
}
