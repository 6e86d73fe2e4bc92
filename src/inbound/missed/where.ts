import type { WebhookDefinition } from '../../catalogue/schema/webhooks.ts'
import type { ConnectionParts } from '../../connections/parts.ts'
import type { MissedConnection } from '../../connections/webhooks/missed-store.ts'
import { isHubError } from '../../errors.ts'
import { findAddress } from '../addresses/store.ts'
import type { WebhookTarget } from '../receiving/target.ts'

/**
 * Where a connection's webhooks come to: the address with a key that the last one came to, else its app's. What is known by its
 * id there is the same whether it is sent or found on a list.
 */
export async function receivingOf(
  hub: ConnectionParts,
  { workspaceId, id: connectionId, provider, providerAppId }: MissedConnection,
  definition: WebhookDefinition,
): Promise<WebhookTarget> {
  const address = await lastAddress(hub, workspaceId, connectionId)
  const ofWorkspace = address !== undefined || providerAppId !== null
  const nothing = { webhookSecrets: [], tokens: [], clientId: null, fields: {}, baseUrls: {} }
  return {
    app: { ...nothing, workspaceId: ofWorkspace ? workspaceId : null, providerAppId },
    ...{ definition, provider, id: address?.id ?? providerAppId ?? `environment/${provider}` },
    ...(address && { address: { ...address, secrets: [] } }),
  }
}

/** Index inbound_events_by_connection. */
async function lastAddress(hub: ConnectionParts, workspaceId: string, connectionId: string) {
  const last = await hub.db
    .selectFrom('inbound_events')
    .select('address_id')
    .where('workspace_id', '=', workspaceId)
    .where('connection_id', '=', connectionId)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
  if (!last?.address_id) return undefined
  return findAddress(hub.db, { workspaceId, connectionId, id: last.address_id }).catch((error: unknown) => {
    if (isHubError(error, 'WEBHOOK_ADDRESS_NOT_FOUND')) return undefined
    throw error
  })
}
