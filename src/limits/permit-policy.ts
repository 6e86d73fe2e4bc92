import { lifetimeMs } from '../catalogue/lifetime.ts'
import type { CallsPerWindow, CostPerCall } from '../catalogue/schema/limits.ts'

/** A token bucket: it holds `capacity` permits at most and gains `perMs` of them each millisecond. */
export interface Bucket {
  capacity: number
  perMs: number
  /** What is taken is an estimate, of which some may come back. */
  isEstimate?: boolean
}

/**
 * The bucket of a limit: a tenth of the permits may be used in a burst, and burst and refill together never give more
 * than the limit within any one window.
 */
export function bucketOf({ permits, window }: CallsPerWindow): Bucket {
  const capacity = Math.max(1, Math.floor(permits / 10))
  return { capacity, perMs: (permits - capacity + 1) / lifetimeMs(window) }
}

/**
 * The bucket of a limit by cost: one permit is one point. It is smaller than the platform's, because ours refills already for
 * calls that are still on their way: smaller by what comes back in a quarter of a second, or by a tenth if that is less.
 */
export function bucketOfCost({ capacity, restoresPerSecond }: PointsLimit): Bucket {
  const onTheirWay = Math.min(restoresPerSecond / 4, capacity / 10)
  return {
    capacity: Math.max(1, Math.floor(capacity - onTheirWay)),
    perMs: restoresPerSecond / 1_000,
    isEstimate: true,
  }
}

type PointsLimit = Pick<CostPerCall, 'capacity' | 'restoresPerSecond'>

/**
 * How many permits a bucket may still have after a pause: what it gains in a minute, where the pause is much shorter than the
 * limit's window. A platform that wants a second's silence does not say that its day is used up.
 */
export function keptThrough(limit: CallsPerWindow | CostPerCall, pauseMs: number): number {
  if (limit.kind === 'cost' || pauseMs * 60 >= lifetimeMs(limit.window)) return 0
  return Math.max(1, Math.floor(bucketOf(limit).perMs * 60_000))
}

/** A block of permits stays good for so long: what a provider asks for reaches every process within it. */
export const blockHoldMs = 500

/**
 * How many permits to ask for at once: as many as wait, and more while blocks are used up before their time, up to what
 * the bucket gains in a quarter of a second.
 */
export function blockSize(
  bucket: Bucket,
  demand: { waiting: number; previousBlock: number; previousUsed: number },
): number {
  const most = Math.max(1, Math.min(bucket.capacity, Math.floor(bucket.perMs * 250)))
  const usedUp = demand.previousUsed >= demand.previousBlock
  const expected = usedUp ? demand.previousBlock * 2 : demand.previousUsed
  return Math.min(most, Math.max(1, demand.waiting, expected))
}

/**
 * The least time until the last of `waiting` permits can be had, were the bucket full and this process alone; none where others
 * may give some back.
 */
export function leastWaitMs(bucket: Bucket, waiting: number): number {
  return bucket.isEstimate ? 0 : Math.max(0, (waiting - bucket.capacity) / bucket.perMs)
}

export interface Holder {
  slots: number
  wanted: number
}

/**
 * How many calls at once a process may make: what it wants, out of what is free; but no more than its share while
 * another process has less than both its share and its wish. Never more than the limit in sum, so a newcomer waits until
 * the others have shrunk.
 */
export function slotsFor(limit: number, mine: { inUse: number; wanted: number }, others: Holder[]): number {
  const taken = others.reduce((sum, other) => sum + other.slots, 0)
  const share = Math.max(1, Math.floor(limit / (1 + others.filter(other => other.wanted > 0).length)))
  const someoneShort = others.some(other => other.slots < Math.min(other.wanted, share))
  const wanted = someoneShort ? Math.min(mine.wanted, share) : mine.wanted
  return Math.max(mine.inUse, Math.min(wanted, limit - taken), 0)
}
