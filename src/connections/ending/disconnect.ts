import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { HubError } from '../../errors.ts'
import type { ConnectionParts } from '../parts.ts'
import { orHubError } from '../../grants/answers/token-error.ts'
import { startSoon } from '../../temporal/start.ts'
import { changeStatus } from '../change-status.ts'
import type { ConnectionRef, DisconnectAccountInput } from '../contract.ts'
import { liveConnectionOfGrant } from '../of-app.ts'
import { grantingOf } from '../granting.ts'
import { revokeSecond } from '../second/end-second.ts'
import { findConnection, lockConnection, type Connection } from '../store.ts'
import { tellIfOpen } from '../trouble/tell-store.ts'
import type { Secret } from '../../grants/grant.ts'
import { secretOf, tokensPlace } from '../tokens/tokens.ts'
import { findWon } from '../attempts/won-grant.ts'
import { disconnectAccountStart } from '../workflow-starts.ts'

/**
 * Begins to disconnect: from here on nobody but its workflow may use the connection's credential. A connection that is being
 * disconnected, or is, stays as it is. @throws HubError `CONNECTION_NOT_FOUND`
 */
export async function requestDisconnect(
  hub: ConnectionParts,
  workspaceId: string,
  connectionId: string,
  actor: string,
): Promise<Connection> {
  const { destroyAfterMs } = hub.connectionSettings
  const connection = await hub.db.transaction().execute(async trx => {
    const current = await lockConnection(trx, workspaceId, connectionId)
    if (current.status === 'disconnecting' || current.status === 'disconnected') return current
    await trx
      .updateTable('connections')
      .set({
        destroy_at: sql<Date>`now() + ${destroyAfterMs} * interval '1 millisecond'`,
        refresh_at: null,
        check_at: null,
        recovery: null,
        recovery_until: null,
        tell_at: tellIfOpen,
      })
      .where('workspace_id', '=', workspaceId)
      .where('id', '=', connectionId)
      .execute()
    return (await changeStatus(hub, trx, current, { to: 'disconnecting', reason: null, actor })) ?? current
  })
  if (connection.status === 'disconnecting') {
    await startSoon(hub.temporal, hub.log, disconnectAccountStart(disconnectInput(connection)))
  }
  return connection
}

export function disconnectInput(connection: Connection): DisconnectAccountInput {
  const { workspaceId, id: connectionId, provider, destroyAt } = connection
  return { workspaceId, connectionId, provider, destroyAtMs: destroyAt?.getTime() ?? Date.now() }
}

/**
 * Takes the refresh lease of a connection that is being disconnected, and keeps it: a refresh that was under way has then
 * ended, and what it won is stored. Gives 0 when taken, else in how many milliseconds to try again.
 */
export async function takeDisconnectLease(hub: ConnectionParts, ref: ConnectionRef, untilMs: number): Promise<number> {
  const { numUpdatedRows } = await hub.db
    .updateTable('connections')
    .set({ lease_owner: `disconnect ${randomUUID()}`, lease_until: new Date(untilMs) })
    .where('workspace_id', '=', ref.workspaceId)
    .where('id', '=', ref.connectionId)
    .where('status', '=', 'disconnecting')
    .where(eb =>
      eb.or([
        eb('lease_until', 'is', null),
        eb('lease_until', '<', sql<Date>`now()`),
        // Its own, from a try that was cut short.
        eb('lease_owner', 'like', 'disconnect %'),
      ]),
    )
    .executeTakeFirst()
  if (numUpdatedRows === 1n) return 0
  const { status, leaseUntil } = await findConnection(hub.db, ref.workspaceId, ref.connectionId)
  return status === 'disconnecting' ? Math.max(500, (leaseUntil?.getTime() ?? 0) - Date.now()) : 0
}

/**
 * Ends the grant at the provider. Gives false where there is nothing to revoke, no way to, another living connection that may
 * hold the same grant, or the provider refuses for good: the secrets then go without it.
 * @throws HubError `PROVIDER_ERROR`, `PROVIDER_UNREACHABLE`, `RATE_LIMITED` (try again)
 */
export async function revokeAtProvider(hub: ConnectionParts, ref: ConnectionRef): Promise<boolean> {
  const connection = await findConnection(hub.db, ref.workspaceId, ref.connectionId)
  if (connection.status !== 'disconnecting') return false
  const tokens = await lastTokens(hub, connection)
  if (!tokens) return false
  // At many platforms revoking one token ends all of the account's: another connection goes on with them.
  if (await liveConnectionOfGrant(hub.db, connection, connection.externalAccountId ?? undefined)) return false
  try {
    const granting = await grantingOf(hub, connection)
    const revoked = await orHubError('OAUTH_FAILED', () => granting.way.end(granting.call(), tokens))
    await revokeSecond(hub, granting, connection)
    return revoked
  } catch (error) {
    if (error instanceof HubError && !error.retryable) return false
    throw error
  }
}

/** The connection's tokens; what a refresh has won and not stored yet comes before what is stored. */
export async function lastTokens(hub: ConnectionParts, connection: Connection): Promise<Secret | undefined> {
  const { workspaceId, id: connectionId, generation } = connection
  const tokens = await hub.credentials.get<Secret>(hub.db, tokensPlace(connection))
  const won = await findWon(hub, hub.db, { workspaceId, connectionId, generation })
  if (!won) return tokens
  return secretOf(won.grant, tokens?.refreshToken)
}

/** Destroys the secrets of a connection that is being disconnected: the end of it. */
export async function finishDisconnect(
  hub: ConnectionParts,
  ref: ConnectionRef,
  revoked: boolean,
  actor: string,
): Promise<void> {
  await hub.db.transaction().execute(async trx => {
    const connection = await lockConnection(trx, ref.workspaceId, ref.connectionId)
    if (connection.status !== 'disconnecting') return
    await hub.credentials.destroy(trx, ref.workspaceId, ref.connectionId)
    await trx
      .updateTable('connections')
      .set({
        lease_owner: null,
        lease_until: null,
        access_expires_at: null,
        refresh_expires_at: null,
        absolute_expires_at: null,
        ends_at: null,
        warn_at: null,
        second: null,
      })
      .where('workspace_id', '=', ref.workspaceId)
      .where('id', '=', ref.connectionId)
      .execute()
    hub.log.info({ workspaceId: ref.workspaceId, connectionId: ref.connectionId, revoked }, 'disconnected')
    await changeStatus(hub, trx, connection, { to: 'disconnected', reason: null, actor })
  })
}
