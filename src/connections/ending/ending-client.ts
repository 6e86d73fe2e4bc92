import type { ProviderClient } from '../../calls/call.ts'
import { callProvider } from '../../calls/request.ts'
import { targetOf } from '../../calls/target.ts'
import type { ConnectionRef } from '../contract.ts'
import { grantingOf } from '../granting.ts'
import type { ConnectionParts } from '../parts.ts'
import { findConnection } from '../store.ts'
import { namedSecret } from '../tokens/tokens.ts'
import { lastTokens } from './disconnect.ts'

/**
 * The API of a connection that is being disconnected, with its last token as it is: nothing refreshes it any more. Undefined
 * where there is none, or the connection is in another state. @throws HubError `INVALID_PROVIDER`, `PROVIDER_APP_NOT_FOUND`
 */
export async function endingClient(hub: ConnectionParts, ref: ConnectionRef): Promise<ProviderClient | undefined> {
  const connection = await findConnection(hub.db, ref.workspaceId, ref.connectionId)
  if (connection.status !== 'disconnecting') return undefined
  const tokens = await lastTokens(hub, connection)
  if (!tokens) return undefined
  const { definition, method, app } = await grantingOf(hub, connection)
  const target = targetOf(definition, method, connection, app, namedSecret(tokens))
  return { call: call => callProvider(hub, target, call) }
}
