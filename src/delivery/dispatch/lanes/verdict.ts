import { parseRetryAfter } from '../../../outgoing/retry-after.ts'
import type { ClaimedDelivery } from '../claiming/claim.ts'
import type { EndpointMode } from '../../contract.ts'
import { asksForLess, type Outcome } from '../../sending/outcome.ts'
import { longestRetryAfterMs, retryDelayMs, type DeliveryPolicy } from '../../policy.ts'
import type { Verdict } from '../recording/result.ts'
import type { Target } from '../targets/target-cache.ts'

/**
 * What an outcome means for the delivery: done, again later, or given up. A Retry-After on any failure delays it, within
 * bounds; on a success it says nothing.
 */
export function verdictOn(
  policy: Pick<DeliveryPolicy, 'retryJitter'>,
  delivery: Pick<ClaimedDelivery, 'step'>,
  target: Pick<Target, 'retryDelaysMs'>,
  outcome: Outcome,
): Verdict {
  if (outcome.error === undefined) return { kind: 'delivered' }
  // 410 Gone: the receiver wants no more (Standard Webhooks). Its endpoint is disabled with it.
  if (outcome.status === 410) return { kind: 'failed', reason: 'endpoint_gone' }
  const retryAfterMs = parseRetryAfter(outcome.retryAfter, Date.now())
  const delayMs = retryDelayMs(policy, target.retryDelaysMs, delivery.step, retryAfterMs, Math.random())
  return delayMs === undefined ? { kind: 'failed', reason: 'exhausted' } : { kind: 'retry', delayMs }
}

/** An endpoint that is gone is disabled within this time. */
const goneMs = 1_000

/**
 * How long the receiver asks to be left alone altogether: until it is disabled, by a 410; as long as it says, by a Retry-After on an answer that asks to slow down, within the
 * bounds of the delivery's own wait. On other failures, such as a 500, it may be about this one payload.
 */
export function restMs(
  delivery: Pick<ClaimedDelivery, 'step'>,
  target: Pick<Target, 'retryDelaysMs'>,
  outcome: Outcome,
): number | undefined {
  if (outcome.status === 410) return goneMs
  if (outcome.retryAfter === undefined || !asksForLess(outcome)) return undefined
  const asked = parseRetryAfter(outcome.retryAfter, Date.now())
  if (asked === undefined) return undefined
  const delays = target.retryDelaysMs
  return Math.min(asked, longestRetryAfterMs(delays[delivery.step + 1] ?? delays.at(-1)!))
}

/** What becomes of a claimed delivery that its endpoint's mode keeps from being sent; undefined when it is to be sent. */
export function verdictByMode(mode: EndpointMode | null): Verdict | undefined {
  switch (mode) {
    case 'open':
    case 'draining':
      return undefined
    case 'recovering':
    case 'paused':
      return { kind: 'held' }
    case 'disabled':
      return { kind: 'failed', reason: 'endpoint_disabled' }
    case null:
      return { kind: 'failed', reason: 'endpoint_deleted' }
  }
}
