import { lifetimeMs } from '../catalogue/lifetime.ts'
import type { CallsPerWindow, LimitHeaders } from '../catalogue/schema/limits.ts'
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

/** What an answer says about limits. */
export interface Pause {
  /** How long the provider wants silence. */
  ms: number
  /** Whether the call was refused because of the limit: an answer that says nothing about what was asked. */
  refused: boolean
}

/**
 * What an answer says about limits; undefined when nothing. 429 is a limit, and so is another refusal that comes with a
 * Retry-After (RFC 9110), whose limit's headers say that it is used up, or whose body says so in the platform's own words
 * (`signMs`: the wait that goes with those). A 503 may say how long it lasts. A limit that is used up is not called against
 * until its reset, even when the call went well. A 401 is about the credential, and its headers about nobody's limit.
 */
export function pauseAfter(
  answer: { status: number; headers: Record<string, string | string[] | undefined>; signMs?: number | undefined },
  limitHeaders: LimitHeaders | undefined,
  now: number,
): Pause | undefined {
  const { status, headers, signMs } = answer
  if (status === 401) return undefined
  const refusal = status >= 400 && status < 500
  const stated = refusal || status === 503 ? parseRetryAfter(headers['retry-after'], now) : undefined
  const usedUp = limitHeaders && headerOf(headers, limitHeaders.remaining) === '0'
  const reset = usedUp ? resetAfter(limitHeaders, headers, now) : undefined
  const limited = status === 429 || signMs !== undefined
  const ms = stated ?? reset ?? signMs ?? (limited ? unstatedPauseMs : undefined)
  if (ms === undefined) return undefined
  const refused = limited || (refusal && stated !== undefined) || (status === 403 && reset !== undefined)
  return { ms: Math.min(Math.max(ms, 0), longestPauseMs), refused }
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
