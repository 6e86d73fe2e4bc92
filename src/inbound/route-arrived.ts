import { setTimeout as sleep } from 'node:timers/promises'
import type { Hub } from '../hub.ts'
import type { RoutedCount, RoutedUntil } from './contract.ts'
import { claimArrived, nextDueMs } from './queue.ts'
import { routeBatch, sumOf } from './route-batch.ts'

const lookEveryMs = 50
/** Short, so that a process that stops has its work back before its grace time is over. */
const longestMs = 10_000

/**
 * Routes what has arrived until nothing has been due for `lingerMs`, or for ten seconds.
 * @param alive called at each look and before each transaction: it heartbeats, and throws or aborts `signal` to stop
 */
export async function routeArrived(
  hub: Hub,
  lingerMs: number,
  signal: AbortSignal,
  alive: () => void,
): Promise<RoutedUntil> {
  const started = Date.now()
  let count: RoutedCount = { routed: 0, unmatched: 0, failed: 0 }
  let quietSince = started
  while (!signal.aborted && Date.now() < started + longestMs) {
    alive()
    const events = await claimArrived(hub)
    if (events.length > 0) {
      count = sumOf(count, await routeBatch(hub, events, alive))
      quietSince = Date.now()
    } else if (Date.now() >= quietSince + lingerMs) break
    else await sleep(lookEveryMs)
  }
  return { ...count, nextDueMs: await nextDueMs(hub.pool) }
}
