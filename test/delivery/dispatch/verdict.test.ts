import type { Outcome } from '../../../src/delivery/sending/outcome.ts'
import { restMs, verdictOn } from '../../../src/delivery/dispatch/lanes/verdict.ts'

const policy = { retryJitter: 0 }
const target = { retryDelaysMs: [0, 5_000, 300_000, 86_400_000] }
const answered = (status: number, retryAfter?: string): Outcome => ({
  sentAt: 0,
  durationMs: 1,
  endpointVersion: 1,
  status,
  ...(status > 299 && { error: 'status' as const }),
  ...(retryAfter !== undefined && { retryAfter }),
})
const waitAfter = (step: number, outcome: Outcome) => verdictOn(policy, { step }, target, outcome)

describe('the verdict on an answer', () => {
  it('is a success for any 2xx, whatever else it says', () => {
    expect(waitAfter(0, answered(204, '3600'))).toEqual({ kind: 'delivered' })
    expect(restMs({ step: 0 }, target, answered(204, '3600'))).toBeUndefined()
  })

  it.each([301, 400, 404, 429, 500, 503])('tries again after %i, as the schedule says', status => {
    expect(waitAfter(0, answered(status))).toEqual({ kind: 'retry', delayMs: 5_000 })
    expect(waitAfter(3, answered(status))).toEqual({ kind: 'failed', reason: 'exhausted' })
  })

  it('honours Retry-After up to four times the next delay, and a day', () => {
    expect(waitAfter(0, answered(429, '12'))).toEqual({ kind: 'retry', delayMs: 12_000 })
    expect(waitAfter(0, answered(429, '3600'))).toEqual({ kind: 'retry', delayMs: 20_000 })
    expect(waitAfter(1, answered(503, '3600'))).toEqual({ kind: 'retry', delayMs: 1_200_000 })
    expect(waitAfter(2, answered(503, '1000000'))).toEqual({ kind: 'retry', delayMs: 86_400_000 })
    const inTenSeconds = new Date(Math.ceil(Date.now() / 1_000) * 1_000 + 10_000).toUTCString()
    const verdict = waitAfter(0, answered(503, inTenSeconds))
    const delayMs = verdict.kind === 'retry' ? verdict.delayMs : 0
    expect(delayMs).toBeGreaterThan(9_000)
    expect(delayMs).toBeLessThanOrEqual(11_000)
  })

  it('never makes the wait shorter than the schedule', () => {
    expect(waitAfter(1, answered(429, '0'))).toEqual({ kind: 'retry', delayMs: 300_000 })
  })

  it.each([429, 502, 503, 504])(
    'leaves the endpoint alone when a %i asks for it, and no longer than the bounds',
    status => {
      expect(restMs({ step: 0 }, target, answered(status, '12'))).toBe(12_000)
      expect(restMs({ step: 0 }, target, answered(status, '3600'))).toBe(20_000)
      expect(restMs({ step: 3 }, target, answered(status, '3600'))).toBe(3_600_000)
      expect(restMs({ step: 0 }, target, answered(status))).toBeUndefined()
      expect(restMs({ step: 0 }, target, answered(status, 'soon'))).toBeUndefined()
    },
  )

  it('takes the Retry-After of a 500 for this delivery alone', () => {
    expect(waitAfter(0, answered(500, '12'))).toEqual({ kind: 'retry', delayMs: 12_000 })
    expect(restMs({ step: 0 }, target, answered(500, '12'))).toBeUndefined()
  })
})
