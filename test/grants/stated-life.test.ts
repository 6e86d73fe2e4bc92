import { statedLifeMs } from '../../src/grants/answers/stated-life.ts'

const now = Date.UTC(2026, 10, 27)
const hour = 3_600_000
const day = 24 * hour

describe('how long a token lives', () => {
  it.each<[unknown, number | undefined]>([
    [3600, hour],
    ['3600', hour],
    [' 3600.5 ', hour + 500],
    [86_400, day],
    // An instant, in seconds and in milliseconds.
    [now / 1_000 + 3_600, hour],
    [now + hour, hour],
    // Milliseconds.
    [3_600_000, hour],
    // What says nothing, or what nobody can mean.
    ...[null, undefined, 0, -1, 'soon', '', '0x10', true, {}, [3600], NaN, Infinity, 1e15, 1e300, 2_147_483_647].map(
      value => [value, undefined] as [unknown, undefined],
    ),
    [now / 1_000 - 60, undefined],
  ])('of a declared hour: %p is %p ms', (value, ms) => {
    expect(statedLifeMs(value, hour, now)).toBe(ms)
  })

  it.each([
    [8_726_400, 101 * day],
    [8_640_000_000, 100 * day],
    [157_680_000, 5 * 365 * day],
    [1e15, undefined],
  ])('of declared 100 days: %p is %p ms', (value, ms) => {
    expect(statedLifeMs(value, 100 * day, now)).toBe(ms)
  })

  it.each([
    [5_184_000, 60 * day],
    [315_360_000, 3_650 * day],
    [now / 1_000 + 86_400, day],
    [1e12, undefined],
    [1e15, undefined],
  ])('without a declared one: %p is %p ms', (value, ms) => {
    expect(statedLifeMs(value, undefined, now)).toBe(ms)
  })
})
