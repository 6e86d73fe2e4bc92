import {
  blockSize,
  bucketOf,
  bucketOfCost,
  keptThrough,
  leastWaitMs,
  slotsFor,
} from '../../src/limits/permit-policy.ts'
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

  it('of points fill by so many a second, up to a little less than the platform says', () => {
    expect(bucketOfCost({ capacity: 1_000, restoresPerSecond: 40 })).toEqual({
      capacity: 990,
      perMs: 0.04,
      isEstimate: true,
    })
    expect(bucketOfCost({ capacity: 10, restoresPerSecond: 40 })).toEqual({
      capacity: 9,
      perMs: 0.04,
      isEstimate: true,
    })
  })

  it('keep a minute of their gain through a silence that is short beside their window', () => {
    const kept = (window: Lifetime, pauseMs: number) =>
      keptThrough({ kind: 'calls-per-window', per: 'connection', permits: 6_000, window }, pauseMs)
    expect([kept('1d', 1_000), kept('1h', 30_000), kept('1h', 60_000), kept('1m', 1_000)]).toEqual([3, 90, 0, 0])
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
