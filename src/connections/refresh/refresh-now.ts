import { setTimeout as sleep } from 'node:timers/promises'
import { HubError } from '../../errors.ts'
import type { ConnectionParts } from '../parts.ts'
import type { Secret } from '../../grants/grant.ts'
import { wayOf } from '../../grants/ways.ts'
import { tell } from '../../temporal/start.ts'
import { isTemporalUnavailable } from '../../temporal/unavailable.ts'
import { tryNowSignal } from '../contract.ts'
import { methodOf } from '../method.ts'
import { recoverySettings } from '../policy.ts'
import { findConnection, type Connection } from '../store.ts'
import { tokensPlace } from '../tokens/tokens.ts'
import { refreshConnectionStart } from '../workflow-starts.ts'

export interface RefreshOutcome {
  connection: Connection
  outcome: 'refreshed' | 'failed' | 'pending'
}

/**
 * Has a connection refreshed by its workflow, which is started or, if it waits, told to try now; and waits for the outcome
 * of one try, `waitMs` at most. A token without a stated end is refreshed too, where there is what refreshes it.
 * @throws HubError `CONNECTION_NOT_FOUND`, `TOKEN_EXPIRED`, `CONNECTION_NOT_READY`, `CONFLICT` when there is nothing to refresh,
 * `TEMPORAL_UNAVAILABLE`
 */
export async function refreshNow(
  hub: ConnectionParts,
  workspaceId: string,
  connectionId: string,
  waitMs: number,
): Promise<RefreshOutcome> {
  const before = await findConnection(hub.db, workspaceId, connectionId)
  if (before.status === 'needs_reauth') throw new HubError('TOKEN_EXPIRED')
  if (!['connected', 'degraded', 'error'].includes(before.status)) {
    throw new HubError('CONNECTION_NOT_READY', { message: `The connection is ${before.status}.` })
  }
  if (before.refreshAt === null && before.refreshFailures === 0 && !(await isRenewable(hub, before))) {
    throw new HubError('CONFLICT', { message: 'Nothing refreshes the credential of this connection.' })
  }
  await tellWorkflow(hub, before)
  return waitForTry(hub, before, waitMs)
}

async function isRenewable(hub: ConnectionParts, connection: Connection): Promise<boolean> {
  const { method } = await methodOf(hub, connection)
  const kept = await hub.credentials.get<Secret>(hub.db, tokensPlace(connection))
  return kept !== undefined && wayOf(method).renews(kept)
}

async function tellWorkflow(hub: ConnectionParts, connection: Connection): Promise<void> {
  const { workspaceId, id: connectionId, provider } = connection
  const start = refreshConnectionStart({
    workspaceId,
    connectionId,
    provider,
    settings: recoverySettings,
    force: true,
  })
  try {
    await tell(hub.temporal, start, { name: tryNowSignal, args: [connection.generation] })
  } catch (error) {
    if (isTemporalUnavailable(error)) throw new HubError('TEMPORAL_UNAVAILABLE', { cause: error })
    throw error
  }
}

async function waitForTry(hub: ConnectionParts, before: Connection, waitMs: number): Promise<RefreshOutcome> {
  const endsAtMs = Date.now() + waitMs
  for (;;) {
    const connection = await findConnection(hub.db, before.workspaceId, before.id)
    if (connection.generation > before.generation) return { connection, outcome: 'refreshed' }
    if (connection.refreshAttempts > before.refreshAttempts) return { connection, outcome: 'failed' }
    if (Date.now() >= endsAtMs) return { connection, outcome: 'pending' }
    await sleep(hub.connectionSettings.demandPollMs)
  }
}
