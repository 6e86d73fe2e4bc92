import type { RateLimit } from '../endpoints/endpoint-store.ts'

/** How much of a limit may be used at once: a timer cannot space a thousand requests a second one by one. */
const burstShare = 0.1

/**
 * Spaces requests so that no window of the limit's length exceeds the limit. Uses virtual scheduling (GCRA, ITU-T I.371), whose
 * whole state is one instant. A bucket that holds a second's worth would let twice the limit through in some windows.
 */
export class Rate {
  #burst = 1
  #everyMs = 0
  /** Of `performance.now()`: requests are counted ahead until then. */
  #usedUntil: number

  /** @param aheadMs how far ahead requests were counted by whoever sent before */
  constructor(limit: RateLimit | null, aheadMs: number) {
    this.#usedUntil = performance.now() + aheadMs
    this.limit(limit)
  }

  limit(limit: RateLimit | null): void {
    if (!limit) return void (this.#everyMs = 0)
    const { requests, seconds } = limit
    this.#burst = Math.max(1, Math.min(Math.floor(requests * burstShare), Math.floor(requests / seconds)))
    this.#everyMs = (seconds * 1_000) / (requests - this.#burst + 1)
  }

  /** For how long the next request has to wait. */
  get waitMs(): number {
    if (this.#everyMs === 0) return 0
    return Math.max(0, this.#usedUntil - (this.#burst - 1) * this.#everyMs - performance.now())
  }

  /** How many requests it allows within some time. */
  within(ms: number): number {
    return this.#everyMs === 0 ? Infinity : Math.ceil(ms / this.#everyMs)
  }

  count(): void {
    if (this.#everyMs > 0) this.#usedUntil = Math.max(this.#usedUntil, performance.now()) + this.#everyMs
  }

  /** What the next holder has to know. */
  get aheadMs(): number {
    return Math.max(0, this.#usedUntil - performance.now())
  }
}
