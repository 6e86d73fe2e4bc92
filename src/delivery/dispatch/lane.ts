import type { ClaimedDelivery } from './claim.ts'
import { asksForLess, type Outcome } from '../sending/outcome.ts'
import type { Target } from './targets.ts'

/** What is in line for longer than this waits in the table instead. */
const lineMs = 1_000
const longestLine = 1_024
const longestRefill = 256
/** An endpoint that takes longer than this, or whose speed is not known yet, gets few of the process's requests at once. */
const slowMs = 1_000
const slowLimit = 16

/** The deliveries of one endpoint in this process: so many under way, the others in line, those beyond turned away. */
export class Lane {
  readonly endpointId: string
  target: Target
  readonly queue: ClaimedDelivery[] = []
  inFlight = 0
  /** Accepted, and waiting for their payloads. */
  expected = 0
  /** Deliveries of it are held for want of room here: it claims them by itself as room comes. */
  parked = false
  /** Turned away, and not yet recorded as held. */
  holding = 0
  /** A claim of held deliveries is under way. */
  refilling = false
  /** Of `performance.now()`: the receiver asked not to be called before. */
  notBefore = 0
  lastUsedAt = 0
  #limit: number
  #starting = false
  #averageMs: number | undefined

  constructor(target: Target) {
    this.endpointId = target.endpointId
    this.target = target
    this.#limit = target.maxInFlight
  }

  get hasRoom(): boolean {
    return this.inFlight < this.allowed
  }

  /** Begins with one request at a time, and one more with each success. */
  startSlowly(): void {
    this.#limit = 1
    this.#starting = true
  }

  get idle(): boolean {
    return this.inFlight === 0 && this.queue.length === 0 && this.expected === 0 && !this.parked
  }

  /** How many more it takes in line. While older ones of it are held, newer ones line up behind them, in the table. */
  get space(): number {
    if (this.parked) return this.allowed - this.#inLine
    // What is under way counts while nothing is known of its speed.
    if (this.#averageMs === undefined) return 8 * this.allowed - this.inFlight - this.#inLine
    return Math.min(this.#line, longestLine) - this.#inLine
  }

  /** How many it would claim by itself of those that are held: none while half its line is there. */
  get appetite(): number {
    const line = Math.min(this.#line, longestRefill)
    return this.#inLine > line / 2 ? 0 : line - this.#inLine
  }

  get #inLine(): number {
    return this.queue.length + this.expected
  }

  /** As many as it sends within the time that a line may last, and at least as many as it sends at once. */
  get #line(): number {
    const within = Math.floor((lineMs * this.allowed) / Math.max(this.#averageMs ?? lineMs, 1))
    return Math.max(within, this.allowed)
  }

  /** Learns from an outcome: how long it takes, and whether it should be asked less. */
  learn(outcome: Outcome): void {
    this.#averageMs =
      this.#averageMs === undefined ? outcome.durationMs : 0.8 * this.#averageMs + 0.2 * outcome.durationMs
    if (outcome.error !== undefined) this.#starting = false
    if (asksForLess(outcome)) this.#limit = Math.max(1, this.#limit / 2)
    else if (outcome.error === undefined) {
      this.#limit = Math.min(this.target.maxInFlight, this.#limit + (this.#starting ? 1 : 0.25))
    }
  }

  /** How many requests may be under way at once, by what it answered so far. */
  get allowed(): number {
    const slow = this.#averageMs === undefined || this.#averageMs > slowMs
    return Math.max(1, Math.floor(Math.min(this.#limit, this.target.maxInFlight, slow ? slowLimit : Infinity)))
  }
}
