import type { ClaimedDelivery } from '../claiming/claim.ts'
import { asksForLess, type Outcome } from '../../sending/outcome.ts'
import type { Load, Pace } from './load.ts'
import type { Requests } from './requests.ts'
import type { Target } from '../targets/target-cache.ts'

/** What is in line for longer than this waits in the table instead. */
const lineMs = 1_000
const longestLine = 1_024
const longestRefill = 256
/** An endpoint that takes longer than this, or whose speed is not known yet, gets few of the process's requests at once… */
const slowMs = 1_000
const slowLimit = 16
/** …and no more of its memory than this, or one payload. */
const slowBytes = 4 * 1024 * 1024

/** The deliveries of one endpoint in this process: so many under way, the others in line, those beyond turned away. */
export class Lane {
  readonly endpointId: string
  readonly workspaceId: string
  target: Target
  readonly queue: ClaimedDelivery[] = []
  /** Deliveries of it are held for want of room here: it claims them by itself as room comes. */
  parked = false
  /** Turned away, and not yet recorded as held. */
  holding = 0
  /** A claim of held deliveries is under way. */
  refilling = false
  /** Another one is due after it. */
  refillAgain = false
  /** Claims what is held of it, if it has room; called when a claim is free that it waited for. */
  refill: () => void = () => undefined
  /** Of `performance.now()`: the receiver asked not to be called before. */
  notBefore = 0
  lastUsedAt = 0
  readonly #load: Load
  readonly #pump: () => void
  #pace: Pace = 'unknown'
  #inFlight = 0
  /** In line, or about to be when their payloads are read. */
  #inLine = 0
  /** Of those, what was held before. */
  #takenUp = 0
  #bytes = 0
  /** Of `performance.now()`: when something was answered, or began to wait where nothing did. */
  #movedAt = 0
  #limit: number
  #starting = false
  #averageMs: number | undefined

  /** @param pump sends what is in line; called when a request of the process's is free that it waited for */
  constructor(target: Target, load: Load, pump: () => void) {
    this.endpointId = target.endpointId
    this.target = target
    this.workspaceId = target.workspaceId
    this.#load = load
    this.#pump = pump
    this.#limit = target.maxInFlight
  }

  /** It has as many requests under way as it may. */
  get isFull(): boolean {
    return this.#inFlight >= this.allowed
  }

  /** Whether a request of the process's is free for it; if not, it waits for one. */
  takesRequest(): boolean {
    return this.#requests.hasRoom(this.workspaceId, this.#pump)
  }

  /** Begins with one request at a time, and one more with each success. */
  startSlowly(): void {
    this.#limit = 1
    this.#starting = true
  }

  /** Requests under way. */
  get inFlight(): number {
    return this.#inFlight
  }

  get idle(): boolean {
    return this.#inFlight === 0 && this.#inLine === 0 && !this.parked
  }

  get #requests(): Requests {
    return this.#load.requests[this.#pace]
  }

  /** Whether there is room in line. What was held before was claimed for the room that there is. */
  takes(delivery: ClaimedDelivery): boolean {
    if (delivery.wasHeld) return true
    if (this.#bytes > 0 && delivery.size > this.#freeBytes) return false
    // What is under way counts while nothing is known of its pace.
    if (this.#pace === 'unknown') return !this.parked && this.#inFlight + this.#inLine < 8 * this.allowed
    // While older ones of it are held, newer ones go only where nobody waits; beside a line that is soon over they may.
    if (this.parked && this.#line < longestLine) return this.#inLine < this.#free
    return this.#inLine < this.#free + this.#line
  }

  /** How many it would claim by itself of those that are held: none while half of what it takes up at once is in line. */
  get appetite(): number {
    if (this.#freeBytes <= 0) return 0
    const most = Math.min(this.#free + this.#line, longestRefill)
    return this.#takenUp > most / 2 ? 0 : most - this.#takenUp
  }

  /** How many bytes it would claim by itself. */
  get appetiteBytes(): number {
    return Math.max(1, Math.min(this.#load.freeBytes, this.#freeBytes))
  }

  get #freeBytes(): number {
    return this.#pace === 'quick' ? Infinity : slowBytes - this.#bytes
  }

  /** How many it could send at once. */
  get #free(): number {
    return Math.max(0, this.allowed - this.#inFlight)
  }

  /** As many as it sends within the time that a line may last. */
  get #line(): number {
    const within = Math.floor((lineMs * this.allowed) / Math.max(this.#averageMs ?? lineMs, 1))
    return Math.min(Math.max(within, 1), longestLine)
  }

  /** One more will be in line. */
  join(delivery: ClaimedDelivery): void {
    if (this.#inFlight === 0 && this.#inLine === 0) this.#movedAt = performance.now()
    this.#inLine++
    this.#bytes += delivery.size
    if (delivery.wasHeld) this.#takenUp++
    else this.#load.line.add(this.workspaceId, 1)
  }

  /** One that was in line, or was to be, is not any more. */
  leave(delivery: ClaimedDelivery): void {
    this.#inLine--
    this.#bytes -= delivery.size
    if (delivery.wasHeld) this.#takenUp--
    else this.#load.line.add(this.workspaceId, -1)
  }

  /** A request is under way, with so many bytes. */
  begin(bytes: number): void {
    this.#inFlight++
    this.#requests.take(this.workspaceId)
    this.#bytes += bytes
  }

  /** It ended. Its place is for `goOn` to give away. */
  end(bytes: number): void {
    this.#inFlight--
    this.#requests.giveBack(this.workspaceId)
    this.#bytes -= bytes
    this.#movedAt = performance.now()
  }

  /** Others that wait for a request go on. */
  goOn(): void {
    this.#requests.goOn()
  }

  /** Whether nothing has moved for long, which puts it among the slow. */
  standsStill(now: number): boolean {
    const ms = now - this.#movedAt
    if (ms <= slowMs || (this.#inFlight === 0 && this.queue.length === 0)) return false
    this.#learnPace(Math.max(this.#averageMs ?? 0, ms))
    return true
  }

  /** Learns from an outcome: how long it takes, and whether it should be asked less. */
  learn(outcome: Outcome): void {
    const { durationMs, error } = outcome
    this.#learnPace(this.#averageMs === undefined ? durationMs : 0.8 * this.#averageMs + 0.2 * durationMs)
    if (error !== undefined) this.#starting = false
    if (asksForLess(outcome)) this.#limit = Math.max(1, this.#limit / 2)
    else if (error === undefined) {
      this.#limit = Math.min(this.target.maxInFlight, this.#limit + (this.#starting ? 1 : 0.25))
    }
  }

  /** Its requests count among those of its pace. */
  #learnPace(averageMs: number): void {
    this.#averageMs = averageMs
    const pace = averageMs > slowMs ? 'slow' : 'quick'
    if (pace === this.#pace) return
    const before = this.#requests
    before.giveBack(this.workspaceId, this.#inFlight)
    this.#pace = pace
    this.#requests.take(this.workspaceId, this.#inFlight)
    before.goOn()
  }

  /** How many requests may be under way at once, by what it answered so far. */
  get allowed(): number {
    const most = this.#pace === 'quick' ? this.target.maxInFlight : Math.min(this.target.maxInFlight, slowLimit)
    return Math.max(1, Math.floor(Math.min(this.#limit, most)))
  }
}
