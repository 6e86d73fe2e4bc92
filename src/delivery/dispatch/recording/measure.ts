import { deliveryAttempts, deliveryLagSeconds, deliverySeconds } from '../../../metrics/registry.ts'
import { instantOf } from '../../mint.ts'
import type { Result } from './result.ts'

const outcomes = { delivered: 'delivered', failed: 'failed', retry: 'retry', held: 'held', back: 'held' } as const

/** Counts and times what was recorded, in the process's metrics. */
export function measureResults(results: readonly Result[]): void {
  for (const { delivery, verdict, outcome } of results) {
    if (!outcome) continue
    const labels = { outcome: outcomes[verdict.kind] }
    deliveryAttempts.inc(labels)
    deliverySeconds.observe(labels, outcome.durationMs / 1_000)
    if (verdict.kind !== 'delivered') continue
    const lagMs = outcome.sentAt + outcome.durationMs - instantOf(delivery.eventId)
    deliveryLagSeconds.observe(Math.max(0, lagMs) / 1_000)
  }
}
