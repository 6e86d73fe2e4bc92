import type { Outcome } from '../../sending/outcome.ts'
import type { ClaimedDelivery } from '../claiming/claim.ts'

/** What becomes of a delivery after its turn. */
export type Verdict =
  | { kind: 'delivered' }
  /** Finished without success; the reason says why. */
  | { kind: 'failed'; reason: string }
  /** An attempt was spent; the next one comes after the delay. `sameStep`: it spends none of the schedule. */
  | { kind: 'retry'; delayMs: number; sameStep?: true }
  /** No attempt was spent: it comes again after the delay. */
  | { kind: 'back'; delayMs: number }
  /** No attempt was spent: it waits until its endpoint can take it. */
  | { kind: 'held' }

/** A result to record. Without an outcome nothing was sent. */
export interface Result {
  delivery: ClaimedDelivery
  verdict: Verdict
  outcome?: Outcome
}
