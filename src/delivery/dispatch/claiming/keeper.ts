import type pg from 'pg'
import type { Logger } from '../../../logger.ts'

/** A margin for the difference between asking here and deciding there. */
const marginMs = 500

/** Whether a lease lasts for sure, at this moment. Its end is counted from before the statement that gave it. */
export function lasts(endsAt: number): boolean {
  return performance.now() < endsAt - marginMs
}

/**
 * Keeps what this process holds under leases: renews them five times within the time that they last, one renewal after the
 * other. One that fails is told of and tried again.
 */
export abstract class Keeper<Held> {
  protected readonly pool: pg.Pool
  protected readonly leaseMs: number
  protected readonly held = new Set<Held>()
  readonly #timer: NodeJS.Timeout
  #renewing = false

  constructor(pool: pg.Pool, leaseMs: number, log: Logger) {
    this.pool = pool
    this.leaseMs = leaseMs
    this.#timer = setInterval(() => {
      if (this.#renewing) return
      this.#renewing = true
      this.renew()
        .catch((error: unknown) => log.warn({ err: error }, 'leases could not be prolonged'))
        .finally(() => (this.#renewing = false))
    }, leaseMs / 5)
    this.#timer.unref()
  }

  protected abstract renew(): Promise<void>

  keep(held: Held): void {
    this.held.add(held)
  }

  drop(held: Held): void {
    this.held.delete(held)
  }

  close(): void {
    clearInterval(this.#timer)
  }
}
