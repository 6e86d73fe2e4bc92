import { setTimeout as sleep } from 'node:timers/promises'
import type { Hub } from '../hub.ts'
import { startSoon } from '../temporal/start.ts'
import { changeStatus } from './change-status.ts'
import type { ConnectionRef } from './contract.ts'
import { recoverySettings } from './policy.ts'
import { lockConnection } from './store.ts'
import { connectionsInTrouble, extendRecovery, heldByProvider, takeIntoRecovery } from './trouble-store.ts'
import { recoverProviderStart, refreshConnectionStart } from './workflow-starts.ts'

/** How long a workflow has to show itself after it was asked for, and after it did. */
export const startWithinMs = 60_000
export const showWithinMs = 10 * 60_000
/** At most five starts a second, and a pass takes two: what is left over is there for the next one. */
const startEveryMs = 200
const startsAtOnce = 10

/**
 * Takes connections whose refresh keeps failing out of the batches: into a workflow of their own, or, where many of one
 * provider fail because it does not answer, into the provider's. The row is marked first; a crash before the start is
 * `reconcile`'s to mend. Gives how many were taken.
 */
export async function sortTrouble(hub: Hub, actor: string): Promise<number> {
  const troubled = await connectionsInTrouble(hub, 200)
  const outages = await providersDown(hub, troubled)
  let taken = 0
  let started = 0
  for (const ref of troubled) {
    const recovery = ref.providerDown && outages.has(ref.provider) ? 'provider' : 'refresh'
    if (recovery === 'refresh' && started === startsAtOnce) continue
    if (!(await hold(hub, ref, recovery, actor))) continue
    taken += 1
    if (recovery === 'provider') continue
    started += 1
    const { workspaceId, connectionId, provider } = ref
    const input = { workspaceId, connectionId, provider, settings: recoverySettings, force: false }
    if (await startSoon(hub.temporal, hub.log, refreshConnectionStart(input)))
      await extendRecovery(hub.db, ref, showWithinMs)
    await sleep(startEveryMs)
  }
  for (const provider of outages)
    await startSoon(hub.temporal, hub.log, recoverProviderStart({ provider, settings: recoverySettings }))
  return taken
}

/** Providers with an outage's worth of connections in trouble, those already held counted in. */
async function providersDown(hub: Hub, troubled: (ConnectionRef & { providerDown: boolean })[]): Promise<Set<string>> {
  const counts = new Map<string, number>()
  for (const { provider, providerDown } of troubled)
    if (providerDown) counts.set(provider, (counts.get(provider) ?? 0) + 1)
  const down = new Set<string>()
  for (const [provider, count] of counts) {
    const held = await heldByProvider(hub.db, provider)
    if (held > 0 || count >= hub.connectionSettings.outageConnections) down.add(provider)
  }
  return down
}

/** Marks a connection as in a workflow's care and says so: it is degraded from here on. */
export async function hold(
  hub: Hub,
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
