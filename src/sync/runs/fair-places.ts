/** How many places there are, and how they are shared. */
export interface PlaceLimits {
  places: number
  /** Only for who has none yet: a quiet workspace finds one, however many the others want. */
  kept: number
  /** The most that one workspace has, while no other wants any either. */
  each: number
}

/** A place that was taken; it is given back when its work ends. Giving it back twice does nothing. */
export interface Place {
  /** Whether somebody waits who is to have it sooner than its holder is to keep it: see `Turns`. */
  isOver(): boolean
  release(): void
}

/** For how long a place is kept: while nobody waits, while others do, and while those wait who have fewer. */
export interface Turns {
  aloneMs: number
  sharedMs: number
  richMs: number
}

interface Waiter {
  admit(place: Place): void
  refuse(error: Error): void
}

/**
 * Places of a process that workspaces share: whose workspace has the fewest goes first, of one workspace who came first. In
 * memory only: what waits for a place is asked for by a row and a workflow, which live longer.
 */
export class FairPlaces {
  readonly #limits: PlaceLimits
  readonly #turns: Turns
  readonly #held = new Map<string, number>()
  /** By workspace; those that have waited longest come first. */
  readonly #waiting = new Map<string, Set<Waiter>>()
  #used = 0

  constructor(limits: PlaceLimits, turns: Turns = { aloneMs: Infinity, sharedMs: Infinity, richMs: Infinity }) {
    this.#limits = limits
    this.#turns = turns
  }

  /** How many wait. */
  get waiting(): number {
    let count = 0
    for (const waiters of this.#waiting.values()) count += waiters.size
    return count
  }

  /** Resolves with a place. @throws the signal's reason; what a waiter is sent away with */
  take(workspaceId: string, signal?: AbortSignal): Promise<Place> {
    if (signal?.aborted) return Promise.reject(signal.reason as Error)
    if (!this.#waiting.has(workspaceId) && this.#mayTake(workspaceId)) return Promise.resolve(this.#admit(workspaceId))
    return new Promise((resolve, reject) => {
      const own = this.#waiting.get(workspaceId) ?? new Set()
      const leave = () => {
        own.delete(waiter)
        if (own.size === 0) this.#waiting.delete(workspaceId)
        signal?.removeEventListener('abort', abort)
      }
      const waiter: Waiter = {
        admit: place => {
          leave()
          resolve(place)
        },
        refuse: error => {
          leave()
          reject(error)
        },
      }
      const abort = () => waiter.refuse(signal?.reason as Error)
      signal?.addEventListener('abort', abort, { once: true })
      own.add(waiter)
      this.#waiting.set(workspaceId, own)
    })
  }

  /** Sends away the last to come of the workspace that has the most waiting, with an error made for it. */
  sendAway(errorFor: (workspaceId: string) => Error): void {
    const [most] = [...this.#waiting].toSorted(([, one], [, other]) => other.size - one.size)
    if (most) [...most[1]].at(-1)!.refuse(errorFor(most[0]))
  }

  #heldBy(workspaceId: string): number {
    return this.#held.get(workspaceId) ?? 0
  }

  #mayTake(workspaceId: string): boolean {
    const { places, kept, each } = this.#limits
    const held = this.#heldBy(workspaceId)
    return held === 0 ? this.#used < places : this.#used < places - kept && held < each
  }

  #admit(workspaceId: string): Place {
    this.#used++
    this.#held.set(workspaceId, this.#heldBy(workspaceId) + 1)
    const since = Date.now()
    let isHeld = true
    return {
      isOver: () => Date.now() - since > this.#turnOf(workspaceId),
      release: () => {
        if (!isHeld) return
        isHeld = false
        this.#used--
        const left = this.#heldBy(workspaceId) - 1
        if (left === 0) this.#held.delete(workspaceId)
        else this.#held.set(workspaceId, left)
        this.#admitWaiting()
      },
    }
  }

  #turnOf(workspaceId: string): number {
    if (this.#waiting.size === 0) return this.#turns.aloneMs
    const held = this.#heldBy(workspaceId)
    for (const other of this.#waiting.keys()) if (this.#heldBy(other) < held) return this.#turns.richMs
    return this.#turns.sharedMs
  }

  #admitWaiting(): void {
    for (;;) {
      let next: string | undefined
      for (const workspaceId of this.#waiting.keys()) {
        if (!this.#mayTake(workspaceId)) continue
        if (next === undefined || this.#heldBy(workspaceId) < this.#heldBy(next)) next = workspaceId
      }
      if (next === undefined) return
      const [first, ...others] = this.#waiting.get(next)!
      first!.admit(this.#admit(next))
      // Behind the other workspaces that have as many.
      if (others.length > 0) this.#toTheEnd(next)
    }
  }

  #toTheEnd(workspaceId: string): void {
    const own = this.#waiting.get(workspaceId)
    if (!own) return
    this.#waiting.delete(workspaceId)
    this.#waiting.set(workspaceId, own)
  }
}
