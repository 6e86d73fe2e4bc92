import { costOf, pauseAfter, remainingOf } from '../../src/limits/limit-answer.ts'

const now = Date.parse('2026-01-01T00:00:00Z')
const refusedFor = (ms: number) => ({ ms, refused: true })
/** Texts of a body by their paths. */
const saying = (texts: Record<string, string>) => (path: string) => texts[path]

describe('what a provider asks for', () => {
  const headers = { remaining: 'x-ratelimit-remaining', reset: 'x-ratelimit-reset', resetIn: 'unix-seconds' } as const
  const told = { headers }

  it('is Retry-After in both forms', () => {
    expect(pauseAfter({ status: 429, headers: { 'retry-after': '7' } }, {}, now)).toEqual(refusedFor(7_000))
    const date = { 'retry-after': 'Thu, 01 Jan 2026 00:01:00 GMT' }
    expect(pauseAfter({ status: 503, headers: date }, {}, now)).toEqual({ ms: 60_000, refused: false })
  })

  it('is the reset of a limit that is used up, even when the call went well', () => {
    const usedUp = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(now / 1000 + 30) }
    const left = { ...usedUp, 'x-ratelimit-remaining': '1' }
    expect(pauseAfter({ status: 200, headers: usedUp }, told, now)).toEqual({ ms: 30_000, refused: false })
    expect(pauseAfter({ status: 404, headers: usedUp }, told, now)).toEqual({ ms: 30_000, refused: false })
    expect(pauseAfter({ status: 200, headers: left }, told, now)).toBeUndefined()
    expect(pauseAfter({ status: 403, headers: usedUp }, told, now)).toEqual(refusedFor(30_000))
  })

  it.each([
    ['seconds', '9', 9_000],
    ['milliseconds', '900', 900],
    ['unix-seconds', String(now / 1_000 + 9), 9_000],
    ['unix-milliseconds', String(now + 900), 900],
  ] as const)('is a reset that is written in %s', (resetIn, reset, ms) => {
    const usedUp = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset }
    const answer = { status: 429, headers: usedUp }
    expect(pauseAfter(answer, { headers: { ...headers, resetIn } }, now)).toEqual(refusedFor(ms))
  })

  it('is a short pause for a bare 429, nothing for other errors, and a day at most', () => {
    expect(pauseAfter({ status: 429, headers: {} }, {}, now)).toEqual(refusedFor(2_000))
    expect(pauseAfter({ status: 500, headers: {} }, {}, now)).toBeUndefined()
    expect(pauseAfter({ status: 403, headers: {} }, told, now)).toBeUndefined()
    const long = { status: 429, headers: { 'retry-after': '9999999' } }
    expect(pauseAfter(long, {}, now)).toEqual(refusedFor(86_400_000))
    expect(pauseAfter({ status: 429, headers: { 'retry-after': 'soon' } }, {}, now)).toEqual(refusedFor(2_000))
  })

  it('is a limit whatever the status, where a header or the words of the platform say so', () => {
    for (const status of [400, 403, 409, 420])
      expect(pauseAfter({ status, headers: { 'retry-after': '5' } }, {}, now)).toEqual(refusedFor(5_000))
    for (const status of [200, 403])
      expect(pauseAfter({ status, headers: {}, signMs: 60_000 }, told, now)).toEqual(refusedFor(60_000))
    const stated = { status: 403, headers: { 'retry-after': '90' }, signMs: 60_000 }
    expect(pauseAfter(stated, told, now)).toEqual(refusedFor(90_000))
  })

  it('is not what a refused credential is told: those headers are about callers without one', () => {
    const answered = { 'retry-after': '5', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(now / 1000 + 30) }
    expect(pauseAfter({ status: 401, headers: answered }, told, now)).toBeUndefined()
  })

  it('is read from the limit headers as calls that are left', () => {
    const remaining = (text: string) => ({ status: 200, headers: { 'x-ratelimit-remaining': text } })
    expect(remainingOf(remaining('12'), told)).toBe(12)
    expect(remainingOf(remaining('many'), told)).toBeUndefined()
    expect(remainingOf({ status: 200, headers: {} }, {})).toBeUndefined()
  })
})

describe('what a body tells of a limit', () => {
  const told = {
    body: {
      retryAfter: { path: 'error.retry_after', in: 'seconds' },
      remaining: 'quota.left',
      reset: { path: 'quota.ends', in: 'unix-milliseconds' },
    },
  } as const

  it('is when to come again after a refusal, of a fraction of a second too', () => {
    const answer = { headers: {}, textAt: saying({ 'error.retry_after': '0.65' }) }
    expect(pauseAfter({ ...answer, status: 429 }, told, now)).toEqual(refusedFor(650))
    expect(pauseAfter({ ...answer, status: 403 }, told, now)).toEqual(refusedFor(650))
    expect(pauseAfter({ ...answer, status: 200, signMs: 9_000 }, told, now)).toEqual(refusedFor(650))
    expect(pauseAfter({ ...answer, status: 200 }, told, now)).toBeUndefined()
    const header = { ...answer, status: 429, headers: { 'retry-after': '3' } }
    expect(pauseAfter(header, told, now)).toEqual(refusedFor(3_000))
  })

  it('is how many calls are left, and when the window ends', () => {
    const left = (remaining: string) => ({
      status: 200,
      headers: {},
      textAt: saying({ 'quota.left': remaining, 'quota.ends': String(now + 4_000) }),
    })
    expect(remainingOf(left('7'), told)).toBe(7)
    expect(pauseAfter(left('7'), told, now)).toBeUndefined()
    expect(pauseAfter(left('0'), told, now)).toEqual({ ms: 4_000, refused: false })
  })

  it('is nothing where there is no such body', () => {
    expect(remainingOf({ status: 200, headers: {} }, told)).toBeUndefined()
    expect(pauseAfter({ status: 429, headers: {} }, told, now)).toEqual(refusedFor(2_000))
  })
})

describe('what an answer tells of its cost', () => {
  const told = { actual: 'cost.actual', requested: 'cost.requested', available: 'left', capacity: 'most' }

  it('is in points, some of which it may leave out', () => {
    const textAt = saying({ 'cost.actual': '12', 'cost.requested': '102.5', left: '-3', most: 'plenty' })
    expect(costOf({ status: 200, headers: {}, textAt }, told)).toEqual({
      actual: 12,
      requested: 102.5,
      available: 0,
      capacity: undefined,
      restoresPerSecond: undefined,
    })
  })

  it('is the wait of a refusal, until there is enough', () => {
    expect(pauseAfter({ status: 200, headers: {}, signMs: 1_000 }, {}, now, 350)).toEqual(refusedFor(350))
    expect(pauseAfter({ status: 200, headers: {} }, {}, now, 350)).toBeUndefined()
  })
})
