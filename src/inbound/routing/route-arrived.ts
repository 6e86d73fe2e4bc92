import { setTimeout as sleep } from 'node:timers/promises'
import type { ConnectionParts } from '../../connections/parts.ts'
import type { RoutedCount, RoutedUntil } from '../contract.ts'
import { claimLimit } from '../policy.ts'
import { holding } from './holding.ts'
import { appOf, claimArrived, claimLate, nextDueMs, type ClaimedEvent } from './queue.ts'
import { routeBatch, sumOf } from './route-batch.ts'

const lookEveryMs = 50
/** An app with this many webhooks of a full claim has a backlog. Others are then claimed before it. */
const busyPart = 1 / 8
/** Short, so that a stopping process ends its work within its grace time. */
const longestMs = 10_000

/**
 * Routes webhooks, oldest first, until none has been due for `lingerMs`, or for ten seconds. Webhooks of apps without a backlog
 * never wait behind another app's backlog.
 * @param alive called at each look and before each transaction: it heartbeats, and throws or aborts `signal` to stop
 */
export async function routeArrived(
  hub: ConnectionParts,
  lingerMs: number,
  signal: AbortSignal,
  alive: () => void,
): Promise<RoutedUntil> {
  const started = Date.now()
  let count: RoutedCount = { routed: 0, unmatched: 0, failed: 0 }
  let quietSince = started
  let busy: string[] = []
  while (!signal.aborted && Date.now() < started + longestMs) {
    alive()
    // Those whom a backlog keeps waiting go first.
    const late = busy.length > 0 ? await claimLate(hub, busy) : []
    if (late.length > 0) count = sumOf(count, await holding(hub, late, () => routeBatch(hub, late, alive)))
    const events = await claimArrived(hub)
    busy = busyApps(events)
    if (events.length > 0) {
      count = sumOf(count, await holding(hub, events, () => routeBatch(hub, events, alive)))
      quietSince = Date.now()
    } else if (Date.now() >= quietSince + lingerMs) break
    else await sleep(lookEveryMs)
  }
  return { ...count, nextDueMs: await nextDueMs(hub.pool) }
}

/** The apps whose backlog a full claim is taken from; none when everything due was claimed. */
function busyApps(events: readonly ClaimedEvent[]): string[] {
  if (events.length < claimLimit) return []
  const counts = new Map<string, number>()
  for (const event of events) counts.set(appOf(event), (counts.get(appOf(event)) ?? 0) + 1)
  return [...counts].filter(([, count]) => count >= events.length * busyPart).map(([app]) => app)
}
