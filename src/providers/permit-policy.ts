import { lifetimeMs } from './lifetime.ts'
import type { CallsPerWindow, LimitHeaders } from './rate-limit.ts'
import { parseRetryAfter } from '../outgoing/retry-after.ts'

/** A token bucket: it holds `capacity` permits at most and gains `perMs` of them each millisecond. */
export interface Bucket {
  capacity: number
  perMs: number
}

/**
 * The bucket of a limit: a tenth of the permits may be used in a burst, and burst and refill together never give more
 * than the limit within any one window.
 */
export function bucketOf({ permits, window }: CallsPerWindow): Bucket {
  const capacity = Math.max(1, Math.floor(permits / 10))
  return { capacity, perMs: (permits - capacity + 1) / lifetimeMs(window) }
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

/** The least time until the last of `waiting` calls can have its permit, were the bucket full and this process alone. */
export function leastWaitMs(bucket: Bucket, waiting: number): number {
  return Math.max(0, (waiting - bucket.capacity) / bucket.perMs)
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

const unstatedPauseMs = 2_000
const longestPauseMs = 24 * 3_600_000

/**
 * How long a provider wants silence after an answer; undefined when it does not. 429 and 503 say so by Retry-After (RFC
 * 9110) or the limit's headers; some platforms say 403. A limit that is used up is not called against until its reset,
 * whatever the status.
 */
export function pauseAfter(
  answer: { status: number; headers: Record<string, string | string[] | undefined> },
  limitHeaders: LimitHeaders | undefined,
  now: number,
): number | undefined {
  const stated = parseRetryAfter(answer.headers['retry-after'], now)
  const usedUp = limitHeaders && headerOf(answer.headers, limitHeaders.remaining) === '0'
  const reset = usedUp ? resetAfter(limitHeaders, answer.headers, now) : undefined
  const asked = [429, 503, 403].includes(answer.status) ? stated : undefined
  const pause = asked ?? reset ?? (answer.status === 429 ? unstatedPauseMs : undefined)
  return pause === undefined ? undefined : Math.min(Math.max(pause, 0), longestPauseMs)
}

/** How many calls the provider says are left; undefined when it does not say. */
export function remainingOf(
  headers: Record<string, string | string[] | undefined>,
  limitHeaders: LimitHeaders | undefined,
): number | undefined {
  const text = limitHeaders && headerOf(headers, limitHeaders.remaining)
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined
}

function resetAfter(
  limitHeaders: LimitHeaders,
  headers: Record<string, string | string[] | undefined>,
  now: number,
): number | undefined {
  const text = headerOf(headers, limitHeaders.reset)
  if (text === undefined || !/^\d{1,12}(\.\d+)?$/.test(text)) return undefined
  const value = Number(text) * 1000
  return limitHeaders.resetIn === 'seconds' ? value : Math.max(0, value - now)
}

function headerOf(headers: Record<string, string | string[] | undefined>, name: string): string | undefined {
  const value = headers[name]
  return Array.isArray(value) ? value[0] : value
}
