import type { ClaimedDelivery } from './claim.ts'
import type { LeaseKeeper } from './lease-keeper.ts'
import type { Load } from '../lanes/load.ts'
import type { Outcome } from '../../sending/outcome.ts'
import type { Verdict } from '../recording/result.ts'
import type { Recorder } from '../recording/recorder.ts'

/** The deliveries that this process has claimed and not recorded yet: their leases, their bytes, their results. */
export class Holdings {
  readonly #leases: LeaseKeeper
  readonly #recorder: Recorder
  readonly #load: Load

  constructor(leases: LeaseKeeper, recorder: Recorder, load: Load) {
    this.#leases = leases
    this.#recorder = recorder
    this.#load = load
  }

  keep(delivery: ClaimedDelivery): void {
    this.#leases.keep(delivery)
    this.#load.bytes.add(delivery.workspaceId, delivery.size)
  }

  /** Whether it may be sent, as far as its own lease goes. */
  holds(delivery: ClaimedDelivery): boolean {
    return this.#leases.holds(delivery)
  }

  /** A result for the recorder; the lease is kept until it is recorded. */
  settle(delivery: ClaimedDelivery, verdict: Verdict, outcome?: Outcome): void {
    this.#load.bytes.add(delivery.workspaceId, -delivery.size)
    if (verdict.kind === 'delivered') this.#load.delivered++
    else if (outcome) this.#load.failed++
    this.#recorder.add(outcome ? { delivery, verdict, outcome } : { delivery, verdict })
  }

  /** Lets go of a delivery as if it had never been claimed: when its lease ends it is claimed again. */
  forget(delivery: ClaimedDelivery): void {
    this.#load.bytes.add(delivery.workspaceId, -delivery.size)
    this.#leases.drop(delivery)
  }

  recorded(delivery: ClaimedDelivery): void {
    this.#leases.drop(delivery)
  }
}
