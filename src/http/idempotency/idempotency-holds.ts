import type pg from 'pg'
import type { Logger } from '../../logger.ts'
import { renewKeys, type Hold } from './idempotency-store.ts'

/**
 * The Idempotency-Keys whose requests are under way in this process. They are renewed four times within the time that a hold
 * lasts, by one timer for all, so that a key is free again soon after its process died and never while its handler lives.
 */
export class IdempotencyHolds {
  /** How long a hold lasts that is not renewed. */
  readonly holdMs: number
  readonly #pool: pg.Pool
  readonly #log: Logger
  readonly #held = new Set<Hold>()
  readonly #timer: NodeJS.Timeout
  #renewing = false

  constructor(pool: pg.Pool, log: Logger, holdMs = 60_000) {
    this.#pool = pool
    this.#log = log
    this.holdMs = holdMs
    this.#timer = setInterval(() => void this.#renew(), holdMs / 4)
    this.#timer.unref()
  }

  add(hold: Hold): void {
    this.#held.add(hold)
  }

  drop(hold: Hold): void {
    this.#held.delete(hold)
  }

  close(): void {
    clearInterval(this.#timer)
  }

  async #renew(): Promise<void> {
    if (this.#renewing || this.#held.size === 0) return
    this.#renewing = true
    try {
      await renewKeys(this.#pool, [...this.#held])
    } catch (error) {
      this.#log.warn({ err: error }, 'the holds of Idempotency-Keys could not be renewed')
    } finally {
      this.#renewing = false
    }
  }
}
