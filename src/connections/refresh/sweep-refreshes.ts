import { setTimeout as sleep } from 'node:timers/promises'
import { onBehalfOf } from '../../db/on-behalf-of.ts'
import type { ConnectionParts } from '../parts.ts'
import { refreshPlaces } from '../policy.ts'
import type { RefreshSweepInput, RefreshSweepResult } from '../contract.ts'
import { spendLease, type SpendOptions } from './refresh.ts'
import { fillPlaces, noteFailed } from './refresh-places.ts'
import type { RefreshLease } from './lease-store.ts'
import { prepareSpending } from './spending.ts'
import { TokenWriter } from './token-writer.ts'
import { tellWorkflows } from '../trouble/tell-workflows.ts'
import { sortTrouble } from '../trouble/trouble.ts'

const sortEveryMs = 5_000
/** Looking for what is due costs statements: the sweep rests at least so long, and a third as long as the look took. */
const restsAtLeastMs = 5
const restsAtMostMs = 200
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
  const underway = new Set<RefreshLease>()
  /** Answered, and not stored yet: they hold no place while these are few. */
  const storing = new Set<RefreshLease>()
  const writer = new TokenWriter(hub)
  let wake = () => {}
  const begin = (leases: RefreshLease[]) => {
    for (const lease of leases) underway.add(lease)
    // What could not be read for all of them each reads for itself.
    const preparing = prepareSpending(hub, leases).catch(() => undefined)
    for (const lease of leases) {
      const leave = () => {
        if (underway.delete(lease)) wake()
      }
      const answered = () => {
        if (storing.size >= refreshPlaces.all) return
        storing.add(lease)
        leave()
      }
      const spending = preparing.then(prepared => ({
        ...{ actor: options.actor, writer, answered },
        ...(prepared && { prepared }),
      }))
      void refreshOne(hub, lease, spending, result).finally(() => {
        storing.delete(lease)
        leave()
        wake()
      })
    }
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
    const freed = new Promise<void>(resolve => (wake = resolve))
    const lookedAtMs = performance.now()
    const wasBusy = underway.size + storing.size > 0
    const taken = stopped ? 0 : await fillPlaces(hub, [...underway], begin)
    const rest = Math.min(restsAtMostMs, Math.max(restsAtLeastMs, (performance.now() - lookedAtMs) / 3))
    if (!stopped && Date.now() >= sortAtMs) sort().catch((error: unknown) => sortingFailed(hub, error))
    // What ended while it looked had left no place for what is due: it looks again before it rests.
    if (wasBusy || underway.size + storing.size > 0 || taken > 0) {
      await Promise.all([sleep(rest), Promise.race([freed, sleep(input.pollMs || 1_000, undefined, { ref: false })])])
      continue
    }
    if (stopped) break
    await sort()
    if (Date.now() >= endsAtMs) break
    await pause(Math.min(input.pollMs, endsAtMs - Date.now()), options.signal)
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
  spending: Promise<SpendOptions>,
  result: RefreshSweepResult,
): Promise<void> {
  try {
    const { outcome } = await onBehalfOf(lease.workspaceId, async () => spendLease(hub, lease, await spending))
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
