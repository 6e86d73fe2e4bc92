import { HubError } from '../errors.ts'

export interface LineSettings {
  /** How many connections there are. */
  size: number
  /** How long anyone waits for one, and how many may wait for one workspace. */
  waitMs: number
  mostWaiting: number
  /** A side may hold so many times what it leaves to the others; Infinity where there are no others. */
  timesWhatIsLeft: number
}

export const lineSettings: Omit<LineSettings, 'size'> = { waitMs: 10_000, mostWaiting: 1_000, timesWhatIsLeft: 2 }

interface Waiting {
  since: number
  take: () => void
  refuse: (error: Error) => void
}

interface Side {
  holds: number
  waiting: Set<Waiting>
}

/**
 * The line before a pool of connections. Who holds fewest is served first, in turn among equals, and one workspace holds at most
 * twice as many as are left free: two thirds of the pool when it is alone, less with each other one. So those that wait for
 * a lock of one workspace never hold all the connections that the workspaces share.
 */
export class ConnectionLine {
  readonly #settings: LineSettings
  /** Those that hold or wait, the one served longest ago first. */
  readonly #sides = new Map<string, Side>()
  #free: number
  #waiting = 0
  #timer: NodeJS.Timeout | undefined
  /** When a connection last came back, or was made: Postgres was well then. */
  #answeredAt = 0

  constructor(settings: LineSettings) {
    this.#settings = settings
    this.#free = settings.size
  }

  /** How many wait. */
  get waiting(): number {
    return this.#waiting
  }

  /** How many connections are held. */
  get held(): number {
    return this.#settings.size - this.#free
  }

  /**
   * Calls `take` once a connection may be taken for a workspace, at once if that is now; each one is given back by `giveBack`.
   * `refuse` gets `DATABASE_BUSY` when the line is too long, or the wait.
   */
  join(owner: string, take: () => void, refuse: (error: Error) => void): void {
    const side = this.#sideOf(owner)
    if (this.#waiting === 0 && this.#mayTake(side)) return this.#give(owner, side, take)
    if (side.waiting.size >= this.#settings.mostWaiting) return refuse(busy())
    side.waiting.add({ since: performance.now(), take, refuse })
    this.#waiting++
    this.#timer ??= setTimeout(() => this.#refuseLate(), this.#settings.waitMs).unref()
    this.#serve()
  }

  /** @param isWell false when no connection could be made */
  giveBack(owner: string, isWell: boolean): void {
    if (isWell) this.#answeredAt = performance.now()
    const side = this.#sideOf(owner)
    side.holds--
    this.#free++
    this.#forget(owner, side)
    // After the pool has it back, which tells of it first: it would make another one now.
    if (this.#waiting > 0) queueMicrotask(() => this.#serve())
  }

  /** Postgres has answered. */
  noteAnswer(): void {
    this.#answeredAt = performance.now()
  }

  #mayTake({ holds }: Side): boolean {
    if (this.#free === 0) return false
    const { timesWhatIsLeft } = this.#settings
    return holds === 0 || timesWhatIsLeft === Infinity || holds + 1 <= timesWhatIsLeft * (this.#free - 1)
  }

  #give(owner: string, side: Side, take: () => void): void {
    side.holds++
    this.#free--
    // To the end of the turns.
    this.#sides.delete(owner)
    this.#sides.set(owner, side)
    take()
  }

  #serve(): void {
    while (this.#waiting > 0 && this.#free > 0) {
      let next: [string, Side] | undefined
      for (const one of this.#sides) {
        if (one[1].waiting.size > 0 && (!next || one[1].holds < next[1].holds)) next = one
      }
      // Who holds fewest may not take another: nobody may.
      if (!next || !this.#mayTake(next[1])) return
      const [owner, side] = next
      const [first] = side.waiting
      side.waiting.delete(first!)
      this.#waiting--
      this.#give(owner, side, first!.take)
    }
  }

  #refuseLate(): void {
    this.#timer = undefined
    const now = performance.now()
    let oldest = now
    for (const [owner, side] of this.#sides) {
      for (const one of side.waiting) {
        if (now - one.since < this.#settings.waitMs) {
          oldest = Math.min(oldest, one.since)
          break
        }
        side.waiting.delete(one)
        this.#waiting--
        one.refuse(this.#free === 0 && this.#answeredAt < one.since ? unanswered() : busy())
      }
      this.#forget(owner, side)
    }
    if (this.#waiting === 0) return
    this.#timer = setTimeout(() => this.#refuseLate(), Math.max(1, oldest + this.#settings.waitMs - now)).unref()
  }

  #sideOf(owner: string): Side {
    let side = this.#sides.get(owner)
    if (!side) this.#sides.set(owner, (side = { holds: 0, waiting: new Set() }))
    return side
  }

  #forget(owner: string, { holds, waiting }: Side): void {
    if (holds === 0 && waiting.size === 0) this.#sides.delete(owner)
  }
}

function busy(): HubError {
  return new HubError('DATABASE_BUSY', { retryAfterMs: 1_000 })
}

/** All connections are held, and none has come back for as long as anyone waits. */
function unanswered(): HubError {
  return new HubError('DATABASE_UNAVAILABLE', { retryAfterMs: 1_000 })
}
