import type { ClaimedDelivery } from '../dispatch/claiming/claim.ts'
import type { Outcome } from './outcome.ts'
import type { DeliveryPolicy } from '../policy.ts'
import type { Verdict } from '../dispatch/recording/result.ts'
import type { Target } from '../dispatch/targets/target-cache.ts'
import { verdictOn } from '../dispatch/lanes/verdict.ts'

/**
 * Gives the verdict on each delivery of one POST. A refused batch (4xx, except 408, 410 and 429) may hold one event that the
 * receiver cannot take. Its halves are tried at once, without a step of the schedule, until that event stands alone. `most` is
 * how many deliveries may then go together.
 */
export function verdictsOn(
  policy: Pick<DeliveryPolicy, 'retryJitter'>,
  sent: readonly ClaimedDelivery[],
  target: Target,
  outcome: Outcome,
): { verdicts: Verdict[]; most?: number } {
  if (sent.length > 1 && refusesContent(outcome)) {
    const verdict: Verdict = { kind: 'retry', delayMs: 0, sameStep: true }
    return { verdicts: sent.map(() => verdict), most: sent.length >> 1 }
  }
  // Those at one step of the schedule wait equally long, so that they come together again.
  const bySteps = new Map<number, Verdict>()
  for (const delivery of sent) {
    if (!bySteps.has(delivery.step)) bySteps.set(delivery.step, verdictOn(policy, delivery, target, outcome))
  }
  return { verdicts: sent.map(delivery => bySteps.get(delivery.step)!) }
}

/** How many deliveries may go with this one, after the halvings that its attempts tell of. */
export function splitSizes(batchSize: number, delivery: Pick<ClaimedDelivery, 'attempts' | 'step'>): number {
  return Math.max(1, batchSize >> Math.min(7, Math.max(0, delivery.attempts - delivery.step)))
}

function refusesContent({ status }: Outcome): boolean {
  return status !== undefined && status >= 400 && status < 500 && status !== 408 && status !== 410 && status !== 429
}
