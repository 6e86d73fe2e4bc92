import type pg from 'pg'
import type { Logger } from '../../logger.ts'
import { renewLeases, type ClaimedDelivery } from './claim.ts'

/** A margin for the difference between asking here and deciding there. */
const marginMs = 500

/** Prolongs the leases of what takes long, so that leases can be short and the work of a dead process is soon another's. */
export class LeaseKeeper {
  readonly #pool: pg.Pool
  readonly #leaseMs: number
  readonly #log: Logger
  readonly #kept = new Set<ClaimedDelivery>()
  readonly #timer: NodeJS.Timeout
  #renewing = false

  constructor(pool: pg.Pool, leaseMs: number, log: Logger) {
    this.#pool = pool
    this.#leaseMs = leaseMs
    this.#log = log
    this.#timer = setInterval(() => void this.#renew(), leaseMs / 5)
    this.#timer.unref()
  }

  keep(delivery: ClaimedDelivery): void {
    this.#kept.add(delivery)
  }

  drop(delivery: ClaimedDelivery): void {
    this.#kept.delete(delivery)
  }

  /** Whether the lease lasts for sure, at this moment. */
  holds(delivery: ClaimedDelivery): boolean {
    return performance.now() < delivery.leaseEndsAt - marginMs
  }

  close(): void {
    clearInterval(this.#timer)
  }

  async #renew(): Promise<void> {
    if (this.#renewing) return
    const startedAt = performance.now()
    const soon = startedAt + this.#leaseMs / 2
    const ending = [...this.#kept].filter(delivery => delivery.leaseEndsAt < soon && delivery.leaseEndsAt > startedAt)
    if (ending.length === 0) return
    this.#renewing = true
    try {
      const renewed = await renewLeases(this.#pool, ending, this.#leaseMs)
      for (const delivery of ending) delivery.leaseEndsAt = renewed.has(delivery.id) ? startedAt + this.#leaseMs : 0
    } catch (error) {
      this.#log.warn({ err: error }, 'leases could not be prolonged')
    } finally {
      this.#renewing = false
    }
  }
}
