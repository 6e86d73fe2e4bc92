import { setTimeout as sleep } from 'node:timers/promises'
import { onBehalfOf } from '../../db/on-behalf-of.ts'
import type { ConnectionParts } from '../parts.ts'
import type { RefreshSweepInput, RefreshSweepResult } from '../contract.ts'
import { spendLease } from './refresh.ts'
import { fillPlaces, noteFailed } from './refresh-places.ts'
import type { RefreshLease } from './lease-store.ts'
import { tellWorkflows } from '../trouble/tell-workflows.ts'
import { sortTrouble } from '../trouble/trouble.ts'

const sortEveryMs = 5_000
/** However much is due, a sweep ends so long after its time: its activity's own limit would lose its count. */
const longestOverMs = 60_000

/**
 * Refreshes what is due, many at once, a free place being filled at once, until nothing is due and `runForMs` have
 * passed. Leases are taken only for what is begun, so that none decays in a queue. It keeps looking rather than ending at
 * once so that a refresh whose holder was killed is tried again within seconds: its provider's grace for re-use may be 30.
 * What keeps failing is sorted out every few seconds: it must not fill the places for ever; and workflows are told of what needs
 * a person, or no longer does.
 */
export async function sweepRefreshes(
  hub: ConnectionParts,
  input: RefreshSweepInput,
  options: { actor: string; signal?: AbortSignal; beat?: () => void },
): Promise<RefreshSweepResult> {
  const endsAtMs = Date.now() + input.runForMs
  const result: RefreshSweepResult = { refreshed: 0, failed: 0, troubled: 0 }
  const underway = new Map<Promise<void>, RefreshLease>()
  const begin = (lease: RefreshLease) => {
    const task = refreshOne(hub, lease, options.actor, result).finally(() => underway.delete(task))
    underway.set(task, lease)
  }
  let sorting: Promise<void> | undefined
  let sortAtMs = Date.now() + sortEveryMs
  const sort = () => {
    sortAtMs = Date.now() + sortEveryMs
    sorting ??= tellWorkflows(hub)
      .then(() => sortTrouble(hub, options.actor))
      .then(troubled => void (result.troubled += troubled))
      .finally(() => (sorting = undefined))
    return sorting
  }
  for (;;) {
    options.beat?.()
    const stopped = options.signal?.aborted === true || Date.now() >= endsAtMs + longestOverMs
    const taken = stopped ? 0 : await fillPlaces(hub, [...underway.values()], begin)
    if (!stopped && Date.now() >= sortAtMs) sort().catch((error: unknown) => sortingFailed(hub, error))
    if (underway.size > 0)
      await Promise.race([...underway.keys(), sleep(input.pollMs || 1_000, undefined, { ref: false })])
    else if (stopped || (taken === 0 && Date.now() >= endsAtMs)) break
    else await pause(Math.min(input.pollMs, Math.max(0, endsAtMs - Date.now())), options.signal)
    if (underway.size === 0 && !stopped) await sort()
  }
  await sorting
  return result
}

function sortingFailed(hub: ConnectionParts, error: unknown): void {
  hub.log.error({ err: error }, 'refreshes that keep failing could not be sorted out; the next pass tries again')
}

/** Waits, but no longer than until the signal. */
async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await sleep(ms, undefined, signal ? { signal } : {}).catch(() => undefined)
}

async function refreshOne(
  hub: ConnectionParts,
  lease: RefreshLease,
  actor: string,
  result: RefreshSweepResult,
): Promise<void> {
  try {
    const { outcome } = await onBehalfOf(lease.workspaceId, () => spendLease(hub, lease, { actor }))
    if (outcome === 'refreshed' || outcome === 'fresh') result.refreshed += 1
    else result.failed += 1
    if (outcome === 'failed') noteFailed(hub, lease.workspaceId)
  } catch (error) {
    // The lease passes by itself; the row is due again then.
    result.failed += 1
    const { workspaceId, connectionId } = lease
    hub.log.error({ err: error, workspaceId, connectionId }, 'a refresh could not be carried out')
  }
}
