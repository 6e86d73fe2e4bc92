import { explain } from './explain.ts'
import type { ConnectionParts } from '../parts.ts'
import type { Connection } from '../store.ts'

/** What the events of a connection say: ids, provider and state, why in words, and how its person connects again. */
export function eventData(hub: ConnectionParts, connection: Connection): Record<string, unknown> {
  const { status } = connection
  return {
    connectionId: connection.id,
    provider: connection.provider,
    providerAppId: connection.providerAppId,
    environment: connection.environment,
    externalAccountId: connection.externalAccountId,
    status,
    reason: connection.statusReason,
    since: connection.statusChangedAt.toISOString(),
    explanation: explain(connection),
    ...(status === 'needs_reauth' || status === 'error' ? { reconnectUrl: reconnectUrlOf(hub, connection) } : {}),
  }
}

/** A POST to it answers with the address that its person has to visit, or takes the new key. */
export function reconnectUrlOf(hub: ConnectionParts, { id }: Connection): string {
  return `${hub.config.http.publicUrl}/v1/connections/${id}/reconnect`
}
