import type pg from 'pg'
import type { Logger } from '../../logger.ts'
import { renewLeases, type ClaimedDelivery } from './claim.ts'
import { lasts, Renewal } from './renewal.ts'

/** Prolongs the leases of what takes long, so that leases can be short and the work of a dead process is soon another's. */
export class LeaseKeeper {
  readonly #pool: pg.Pool
  readonly #leaseMs: number
  readonly #kept = new Set<ClaimedDelivery>()
  readonly #renewal: Renewal

  constructor(pool: pg.Pool, leaseMs: number, log: Logger) {
    this.#pool = pool
    this.#leaseMs = leaseMs
    this.#renewal = new Renewal(
      leaseMs,
      () => this.#renew(),
      error => log.warn({ err: error }, 'leases could not be prolonged'),
    )
  }

  keep(delivery: ClaimedDelivery): void {
    this.#kept.add(delivery)
  }

  drop(delivery: ClaimedDelivery): void {
    this.#kept.delete(delivery)
  }

  /** Whether the lease lasts for sure, at this moment. */
  holds(delivery: ClaimedDelivery): boolean {
    return lasts(delivery.leaseEndsAt)
  }

  close(): void {
    this.#renewal.close()
  }

  async #renew(): Promise<void> {
    const startedAt = performance.now()
    const soon = startedAt + this.#leaseMs / 2
    const ending = [...this.#kept].filter(delivery => delivery.leaseEndsAt < soon && delivery.leaseEndsAt > startedAt)
    if (ending.length === 0) return
    const renewed = await renewLeases(this.#pool, ending, this.#leaseMs)
    for (const delivery of ending) delivery.leaseEndsAt = renewed.has(delivery.id) ? startedAt + this.#leaseMs : 0
  }
}
