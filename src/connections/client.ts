import type { Hub } from '../hub.ts'
import type { ProviderClient } from '../providers/request.ts'

/**
 * The API of a connection's account, with its live token.
 * @throws HubError `CONNECTION_NOT_FOUND`, `TOKEN_EXPIRED` when the connection needs its user
 */
export async function connectionClient(
  _hub: Hub,
  _workspaceId: string,
  _connectionId: string,
): Promise<ProviderClient> {
  throw new Error('not built yet')
}
