import { refreshAt, refreshMarginMs } from '../../src/grants/policy.ts'

const minute = 60_000

describe('when a token is refreshed', () => {
  it.each([
    ['an hour', 60 * minute, 12 * minute],
    ['a day', 1440 * minute, 288 * minute],
    ['ten minutes', 10 * minute, 5 * minute],
    ['a minute', minute, minute / 2],
  ])('of %s: a fifth of its life before, at least five minutes, at most half of it', (_, lifeMs, marginMs) => {
    expect(refreshMarginMs(lifeMs, 0)).toBe(marginMs)
  })

  it('spreads what was connected together, and never beyond the token’s life', () => {
    const issued = new Date(0)
    for (const lifeMs of [1_000, minute, 60 * minute, 86_400_000]) {
      const expires = new Date(lifeMs)
      const times = [0, 0.5, 1].map(jitter => refreshAt(issued, expires, jitter).getTime())
      expect(times).toEqual([...times].sort((a, b) => b - a))
      expect(times.at(-1)).toBeGreaterThanOrEqual(0)
      expect(times[0]).toBeLessThan(lifeMs)
    }
    expect(refreshAt(issued, new Date(-5), 1).getTime()).toBe(-5)
  })
})
