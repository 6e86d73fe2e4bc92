import { parseRetryAfter } from '../../src/outgoing/retry-after.ts'

const now = Date.UTC(2026, 10, 21, 8, 0, 0)

describe('a Retry-After header', () => {
  it.each([
    ['0', 0],
    ['120', 120_000],
    [' 7 ', 7_000],
    ['2.0', 2_000],
    ['0.25', 250],
    ['86400', 86_400_000],
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

  it.each([
    ['seconds', '99999999999999999999'],
    ['so many seconds that they are no number', '9'.repeat(250)],
    ['a date', 'Sun, 01 Jan 2090 00:00:00 GMT'],
    ['one of two', ['9999999999', '3']],
  ])('never asks for more than a day: %s', (_, text) => {
    expect(parseRetryAfter(text, now)).toBe(86_400_000)
  })

  it.each([
    ['two headers', ['3', '4'], 4_000],
    ['the same twice', ['3', '3'], 3_000],
    ['two in one line', '4, 3', 4_000],
    ['without a blank', '3,4', 4_000],
    ['seconds and a date', 'Sat, 21 Nov 2026 08:01:00 GMT, 3', 60_000],
    ['a date and seconds', ['3', 'Sat, 21 Nov 2026 08:01:00 GMT'], 60_000],
    ['two dates', 'Sat, 21 Nov 2026 08:01:00 GMT, Sat, 21 Nov 2026 08:02:00 GMT', 120_000],
    ['one that is none', ['soon', '3'], 3_000],
  ])('that is there more than once asks for the longest wait: %s', (_, text, wait) => {
    expect(parseRetryAfter(text, now)).toBe(wait)
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
    ['there too often', Array<string>(200).fill('1')],
    ['an empty list', []],
  ])('that is %s is ignored', (_, text) => {
    expect(parseRetryAfter(text, now)).toBeUndefined()
  })
})
