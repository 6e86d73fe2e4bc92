import type { ConnectionParts } from '../parts.ts'
import { targetOf } from '../../calls/target.ts'
import { namedSecret } from '../tokens/tokens.ts'
import type { Grant } from '../../grants/grant.ts'
import type { ConnectAttempt } from './attempt-store.ts'
import { identify, type Account } from '../health/identity.ts'
import { grantingOf } from '../granting.ts'
import { findConnection } from '../store.ts'

/** Asks the provider whose account the token of an attempt opens. @throws HubError as `identify` */
export async function accountOfAttempt(hub: ConnectionParts, attempt: ConnectAttempt, grant: Grant): Promise<Account> {
  const connection = await findConnection(hub.db, attempt.workspaceId, attempt.connectionId)
  const { definition, method, app } = await grantingOf(hub, { ...connection, method: attempt.method })
  const owner = { ...connection, config: { ...connection.config, ...attempt.captured, ...grant.captured } }
  return identify(hub, targetOf(definition, method, owner, app, namedSecret(grant)))
}
