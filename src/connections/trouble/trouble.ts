import { setTimeout as sleep } from 'node:timers/promises'
import type { ConnectionParts } from '../parts.ts'
import { startSoon } from '../../temporal/start.ts'
import { changeStatus } from '../change-status.ts'
import { recoverProviderId, type ConnectionRef, type TokenServer } from '../contract.ts'
import { outagesIn, recoverySettings, type Outages } from '../policy.ts'
import { lockConnection } from '../store.ts'
import {
  connectionsInTrouble,
  extendRecovery,
  failingByServer,
  takeIntoRecovery,
  type Troubled,
} from './trouble-store.ts'
import { recoverProviderStart, refreshConnectionStart } from '../workflow-starts.ts'

/** How long a workflow has to show itself after it was asked for, and after it did. */
export const startWithinMs = 60_000
export const showWithinMs = 10 * 60_000
/** At most five starts a second, and a pass takes two: what is left over is there for the next one. */
export const startEveryMs = 200
export const startsAtOnce = 10

/**
 * Takes connections whose refresh keeps failing out of the batches: into a workflow of their own, or, where many of one
 * token endpoint fail because it does not answer, into that one's. The row is marked first; a crash before the start is
 * `reconcile`'s to mend. Gives how many were taken.
 */
export async function sortTrouble(hub: ConnectionParts, actor: string): Promise<number> {
  const troubled = await connectionsInTrouble(hub, 200)
  if (troubled.length === 0) return 0
  const outages = outagesIn(await failingByServer(hub), hub.connectionSettings.outageConnections)
  const down = new Map<string, TokenServer>()
  let taken = 0
  let started = 0
  for (const ref of troubled) {
    const recovery = isHeldByOutage(ref, outages) ? 'provider' : 'refresh'
    if (recovery === 'refresh' && started === startsAtOnce) continue
    if (!(await hold(hub, ref, recovery, actor))) continue
    taken += 1
    if (recovery === 'provider') {
      down.set(recoverProviderId(ref), { provider: ref.provider, host: ref.host })
      continue
    }
    started += 1
    const { workspaceId, connectionId, provider } = ref
    const input = { workspaceId, connectionId, provider, settings: recoverySettings, force: false }
    if (await startSoon(hub.temporal, hub.log, refreshConnectionStart(input)))
      await extendRecovery(hub.db, ref, showWithinMs)
    await sleep(startEveryMs)
  }
  for (const server of down.values())
    await startSoon(hub.temporal, hub.log, recoverProviderStart({ ...server, settings: recoverySettings }))
  return taken
}

function isHeldByOutage(ref: Troubled, outages: Outages): boolean {
  const server = recoverProviderId(ref)
  return ref.providerDown && (outages.everywhere.has(server) || outages.inWorkspace.has(`${server} ${ref.workspaceId}`))
}

/** Marks a connection as in a workflow's care and says so: it is degraded from here on. */
export async function hold(
  hub: ConnectionParts,
  ref: ConnectionRef,
  recovery: 'refresh' | 'provider',
  actor: string,
): Promise<boolean> {
  return hub.db.transaction().execute(async trx => {
    const connection = await lockConnection(trx, ref.workspaceId, ref.connectionId)
    if (!(await takeIntoRecovery(trx, ref, recovery, startWithinMs))) return false
    if (connection.status === 'connected')
      await changeStatus(hub, trx, connection, { to: 'degraded', reason: 'REFRESH_FAILED', actor })
    return true
  })
}
