import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Hub } from '../hub.ts'
import type { RefreshSweepInput, RefreshSweepResult } from './contract.ts'
import { spendLease } from './refresh.ts'
import { leaseDue, type RefreshLease } from './refresh-store.ts'
import { sortTrouble } from './trouble.ts'

const concurrency = 16

/**
 * Refreshes what is due, sixteen at once, a free place being filled at once, until nothing is due and `runForMs` have
 * passed. Leases are taken only for what is begun, so that none decays in a queue. It keeps looking rather than ending at
 * once so that a refresh whose holder was killed is tried again within seconds: its provider's grace for re-use may be 30.
 */
export async function sweepRefreshes(
  hub: Hub,
  input: RefreshSweepInput,
  options: { actor: string; signal?: AbortSignal; beat?: () => void },
): Promise<RefreshSweepResult> {
  const endsAtMs = Date.now() + input.runForMs
  const result: RefreshSweepResult = { refreshed: 0, failed: 0, troubled: 0 }
  const underway = new Set<Promise<void>>()
  const begin = (lease: RefreshLease) => {
    const task = refreshOne(hub, lease, options.actor, result).finally(() => underway.delete(task))
    underway.add(task)
  }
  for (;;) {
    options.beat?.()
    const stopped = options.signal?.aborted === true
    const leases = stopped ? [] : await leaseDue(hub, concurrency - underway.size, randomUUID())
    for (const lease of leases) begin(lease)
    if (underway.size > 0) await Promise.race([...underway, sleep(input.pollMs || 1_000, undefined, { ref: false })])
    else if (stopped || (leases.length === 0 && Date.now() >= endsAtMs)) break
    else await pause(Math.min(input.pollMs, Math.max(0, endsAtMs - Date.now())), options.signal)
    if (underway.size === 0 && !stopped) result.troubled += await sortTrouble(hub, options.actor)
  }
  return result
}

/** Waits, but no longer than until the signal. */
async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await sleep(ms, undefined, signal ? { signal } : {}).catch(() => undefined)
}

async function refreshOne(hub: Hub, lease: RefreshLease, actor: string, result: RefreshSweepResult): Promise<void> {
  try {
    const { outcome } = await spendLease(hub, lease, { actor })
    if (outcome === 'refreshed' || outcome === 'fresh') result.refreshed += 1
    else result.failed += 1
  } catch (error) {
    // The lease passes by itself; the row is due again then.
    result.failed += 1
    const { workspaceId, connectionId } = lease
    hub.log.error({ err: error, workspaceId, connectionId }, 'a refresh could not be carried out')
  }
}
