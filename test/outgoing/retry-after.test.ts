import { parseRetryAfter } from '../../src/outgoing/retry-after.ts'

const now = Date.UTC(2026, 10, 21, 8, 0, 0)

describe('a Retry-After header', () => {
  it.each([
    ['0', 0],
    ['120', 120_000],
    [' 7 ', 7_000],
    ['2.0', 2_000],
    ['0.25', 250],
    ['99999999999999999999', 2 ** 31 * 1_000],
  ])('asks for seconds: %s', (text, wait) => {
    expect(parseRetryAfter(text, now)).toBe(wait)
  })

  it.each([
    ['the form in use', 'Sat, 21 Nov 2026 08:01:00 GMT'],
    ['the form of RFC 850', 'Saturday, 21-Nov-26 08:01:00 GMT'],
    ['the form of asctime', 'Sat Nov 21 08:01:00 2026'],
  ])('asks for an instant in %s', (_, text) => {
    expect(parseRetryAfter(text, now)).toBe(60_000)
  })

  it('that names an instant in the past asks for nothing', () => {
    expect(parseRetryAfter('Sun, 06 Nov 1994 08:49:37 GMT', now)).toBe(0)
    expect(parseRetryAfter('Sunday, 06-Nov-94 08:49:37 GMT', now)).toBe(0)
    expect(parseRetryAfter('Sun Nov  6 08:49:37 1994', now)).toBe(0)
  })

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['an empty text', ''],
    ['a negative number', '-5'],
    ['a number in another notation', '1e3'],
    ['a date that only a lenient parser reads', '2026-11-21'],
    ['a date with a zone', 'Sat, 21 Nov 2026 08:01:00 +0100'],
    ['a day that is not in the calendar', 'Tue, 31 Feb 2026 08:01:00 GMT'],
    ['an hour that is not on the clock', 'Sat, 21 Nov 2026 25:01:00 GMT'],
    ['words', 'soon'],
    ['a number with words', '5 seconds'],
    ['something long', '1'.repeat(1_000)],
  ])('that is %s is ignored', (_, text) => {
    expect(parseRetryAfter(text, now)).toBeUndefined()
  })
})
