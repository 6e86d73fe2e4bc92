import { blockSize, bucketOf, leastWaitMs, pauseAfter, remainingOf, slotsFor } from '../../src/limits/permit-policy.ts'
import type { Lifetime } from '../../src/catalogue/schema/values.ts'
import { lifetimeMs } from '../../src/catalogue/lifetime.ts'

describe('token buckets', () => {
  it('never give more than the limit within a window, burst included', () => {
    const limits: [number, Lifetime][] = [
      [1, '1s'],
      [3, '1s'],
      [100, '1s'],
      [500, '1m'],
      [5000, '1h'],
      [100_000, '1d'],
    ]
    for (const [permits, window] of limits) {
      const { capacity, perMs } = bucketOf({ kind: 'calls-per-window', per: 'connection', permits, window })
      expect(capacity).toBeGreaterThanOrEqual(1)
      // From full, just before the window is over.
      expect(capacity + Math.floor(perMs * (lifetimeMs(window) - 0.001))).toBeLessThanOrEqual(permits)
      expect(perMs * lifetimeMs(window)).toBeGreaterThan(permits * 0.85)
    }
  })

  it('are asked for larger blocks while blocks are used up, and for what is needed when they are not', () => {
    const bucket = bucketOf({ kind: 'calls-per-window', per: 'connection', permits: 10_000, window: '1s' })
    expect(blockSize(bucket, { waiting: 1, previousBlock: 1, previousUsed: 0 })).toBe(1)
    expect(blockSize(bucket, { waiting: 1, previousBlock: 64, previousUsed: 64 })).toBe(128)
    expect(blockSize(bucket, { waiting: 1, previousBlock: 64, previousUsed: 5 })).toBe(5)
    expect(blockSize(bucket, { waiting: 40, previousBlock: 8, previousUsed: 8 })).toBe(40)
    expect(blockSize(bucket, { waiting: 5_000, previousBlock: 8, previousUsed: 8 })).toBe(1_000)
    const slow = bucketOf({ kind: 'calls-per-window', per: 'connection', permits: 5_000, window: '1h' })
    expect(blockSize(slow, { waiting: 50, previousBlock: 8, previousUsed: 8 })).toBe(1)
  })

  it('tell who comes too late at once', () => {
    const bucket = { capacity: 10, perMs: 0.1 }
    expect(leastWaitMs(bucket, 10)).toBe(0)
    expect(leastWaitMs(bucket, 110)).toBe(1_000)
  })
})

describe('calls at once', () => {
  const limit = 10
  it('are all for the one who is alone', () => {
    expect(slotsFor(limit, { inUse: 0, wanted: 4 }, [])).toBe(4)
    expect(slotsFor(limit, { inUse: 0, wanted: 40 }, [])).toBe(10)
  })

  it('are never more than the limit in sum', () => {
    expect(slotsFor(limit, { inUse: 0, wanted: 10 }, [{ slots: 10, wanted: 10 }])).toBe(0)
    expect(slotsFor(limit, { inUse: 0, wanted: 10 }, [{ slots: 7, wanted: 10 }])).toBe(3)
  })

  it('are shared when another one is short, as soon as they are free', () => {
    const newcomer = [{ slots: 0, wanted: 10 }]
    expect(slotsFor(limit, { inUse: 2, wanted: 10 }, newcomer)).toBe(5)
    expect(slotsFor(limit, { inUse: 8, wanted: 10 }, newcomer)).toBe(8)
    expect(slotsFor(limit, { inUse: 0, wanted: 10 }, [{ slots: 1, wanted: 1 }])).toBe(9)
  })
})

describe('what a provider asks for', () => {
  const now = Date.parse('2026-01-01T00:00:00Z')
  const limit = { remaining: 'x-ratelimit-remaining', reset: 'x-ratelimit-reset', resetIn: 'unix-seconds' } as const
  const refusedFor = (ms: number) => ({ ms, refused: true })

  it('is Retry-After in both forms', () => {
    expect(pauseAfter({ status: 429, headers: { 'retry-after': '7' } }, undefined, now)).toEqual(refusedFor(7_000))
    const date = { 'retry-after': 'Thu, 01 Jan 2026 00:01:00 GMT' }
    expect(pauseAfter({ status: 503, headers: date }, undefined, now)).toEqual({ ms: 60_000, refused: false })
  })

  it('is the reset of a limit that is used up, even when the call went well', () => {
    const headers = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(now / 1000 + 30) }
    const left = { ...headers, 'x-ratelimit-remaining': '1' }
    expect(pauseAfter({ status: 200, headers }, limit, now)).toEqual({ ms: 30_000, refused: false })
    expect(pauseAfter({ status: 404, headers }, limit, now)).toEqual({ ms: 30_000, refused: false })
    expect(pauseAfter({ status: 200, headers: left }, limit, now)).toBeUndefined()
    expect(pauseAfter({ status: 403, headers }, limit, now)).toEqual(refusedFor(30_000))
    const inSeconds = { status: 429, headers: { ...headers, 'x-ratelimit-reset': '9' } }
    expect(pauseAfter(inSeconds, { ...limit, resetIn: 'seconds' }, now)).toEqual(refusedFor(9_000))
  })

  it('is a short pause for a bare 429, nothing for other errors, and a day at most', () => {
    expect(pauseAfter({ status: 429, headers: {} }, undefined, now)).toEqual(refusedFor(2_000))
    expect(pauseAfter({ status: 500, headers: {} }, undefined, now)).toBeUndefined()
    expect(pauseAfter({ status: 403, headers: {} }, limit, now)).toBeUndefined()
    const long = { status: 429, headers: { 'retry-after': '9999999' } }
    expect(pauseAfter(long, undefined, now)).toEqual(refusedFor(86_400_000))
    expect(pauseAfter({ status: 429, headers: { 'retry-after': 'soon' } }, undefined, now)).toEqual(refusedFor(2_000))
  })

  it('is a limit whatever the status, where a header or the words of the platform say so', () => {
    for (const status of [400, 403, 409, 420])
      expect(pauseAfter({ status, headers: { 'retry-after': '5' } }, undefined, now)).toEqual(refusedFor(5_000))
    expect(pauseAfter({ status: 403, headers: {}, signMs: 60_000 }, limit, now)).toEqual(refusedFor(60_000))
    const stated = { status: 403, headers: { 'retry-after': '90' }, signMs: 60_000 }
    expect(pauseAfter(stated, limit, now)).toEqual(refusedFor(90_000))
  })

  it('is not what a refused credential is told: those headers are about callers without one', () => {
    const headers = {
      'retry-after': '5',
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': String(now / 1000 + 30),
    }
    expect(pauseAfter({ status: 401, headers }, limit, now)).toBeUndefined()
  })

  it('is read from the limit headers as calls that are left', () => {
    expect(remainingOf({ 'x-ratelimit-remaining': '12' }, limit)).toBe(12)
    expect(remainingOf({ 'x-ratelimit-remaining': 'many' }, limit)).toBeUndefined()
    expect(remainingOf({}, undefined)).toBeUndefined()
  })
})
