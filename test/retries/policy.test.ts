import { doublingDelayMs, listedDelayMs } from '../../src/retries/policy.ts'

describe('the wait before the next try', () => {
  it('doubles up to the longest, however often it failed', () => {
    const waits = { firstMs: 1_000, longestMs: 60_000 }
    expect([0, 1, 2, 3, 6, 7, 5_000].map(failures => doublingDelayMs(failures, waits))).toEqual([
      1_000, 1_000, 2_000, 4_000, 32_000, 60_000, 60_000,
    ])
  })

  it('comes from a list, and is its last for all beyond', () => {
    expect([0, 1, 2, 3, 50].map(failures => listedDelayMs(failures, [5, 15, 30]))).toEqual([5, 5, 15, 30, 30])
    expect(listedDelayMs(1, [])).toBe(60_000)
  })
})
