import type { ClaimedDelivery } from './claim.ts'
import type { Outcome } from './outcome.ts'
import { parseRetryAfter, retryDelayMs, type DeliveryPolicy } from './policy.ts'
import type { Verdict } from './record.ts'
import type { Target } from './targets.ts'

/** What an outcome means for the delivery: done, again later, or given up. */
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
