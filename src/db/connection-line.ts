import { HubError } from '../errors.ts'
import { SharedPlaces, type Shares } from '../fairness/share-rule.ts'

export interface LineSettings {
  /** How long anyone waits for a connection, and how many may wait for one workspace. */
  waitMs: number
  mostWaiting: number
}

export const lineSettings: LineSettings = { waitMs: 10_000, mostWaiting: 1_000 }

/**
 * How workspaces share a pool of so many connections: one holds at most twice as many as are left to the others, which is two
 * thirds of the pool when it is alone. So those that wait for a lock of one workspace never hold all that they share.
 */
export function sharesOfPool(size: number): Shares {
  return { places: size, kept: 1, timesFree: 2 }
}

interface Waiting {
  since: number
  take: () => void
  refuse: (error: Error) => void
}

/** The line before a pool of connections: nobody waits too long in it, and nobody fills it. */
export class ConnectionLine {
  readonly #settings: LineSettings
  readonly #size: number
  readonly #connections: SharedPlaces<Waiting>
  #timer: NodeJS.Timeout | undefined
  /** When a connection last came back, or was made: Postgres was well then. */
  #answeredAt = 0

  constructor(shares: Shares, settings: LineSettings = lineSettings) {
    this.#settings = settings
    this.#size = shares.places
    this.#connections = new SharedPlaces(shares)
  }

  /** How many wait. */
  get waiting(): number {
    return this.#connections.waiting
  }

  /** How many connections are held. */
  get held(): number {
    return this.#connections.taken
  }

  /**
   * Calls `take` once a connection may be taken for a workspace, at once if that is now; each one is given back by `giveBack`.
   * `refuse` gets `DATABASE_BUSY` when the line is too long, or the wait.
   */
  join(owner: string, take: () => void, refuse: (error: Error) => void): void {
    const line = this.#connections
    if (line.waiting === 0 && line.isFreeFor(owner)) {
      line.take(owner)
      return take()
    }
    if (line.waitingFor(owner) >= this.#settings.mostWaiting) return refuse(busy())
    line.wait(owner, { since: performance.now(), take, refuse })
    this.#timer ??= setTimeout(() => this.#refuseLate(), this.#settings.waitMs).unref()
    this.#serve()
  }

  /** @param isWell false when no connection could be made */
  giveBack(owner: string, isWell: boolean): void {
    if (isWell) this.noteAnswer()
    this.#connections.giveBack(owner)
    // After the pool has it back, which tells of it first: it would make another one now.
    if (this.waiting > 0) queueMicrotask(() => this.#serve())
  }

  /** Postgres has answered. */
  noteAnswer(): void {
    this.#answeredAt = performance.now()
  }

  #serve(): void {
    for (let next = this.#connections.next(); next; next = this.#connections.next()) {
      this.#connections.take(next.owner)
      next.waiter.take()
    }
  }

  #refuseLate(): void {
    this.#timer = undefined
    const now = performance.now()
    let oldest = now
    for (const [owner, line] of this.#connections.lines) {
      for (const one of line) {
        if (now - one.since < this.#settings.waitMs) {
          oldest = Math.min(oldest, one.since)
          break
        }
        this.#connections.leave(owner, one)
        one.refuse(this.held === this.#size && this.#answeredAt < one.since ? unanswered() : busy())
      }
    }
    if (this.waiting === 0) return
    this.#timer = setTimeout(() => this.#refuseLate(), Math.max(1, oldest + this.#settings.waitMs - now)).unref()
  }
}

function busy(): HubError {
  return new HubError('DATABASE_BUSY', { retryAfterMs: 1_000 })
}

/** All connections are held, and none has come back for as long as anyone waits. */
function unanswered(): HubError {
  return new HubError('DATABASE_UNAVAILABLE', { retryAfterMs: 1_000 })
}
