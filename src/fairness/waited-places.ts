import { SharedPlaces, type Shares } from './share-rule.ts'
import { waitInLine, type Waiter } from './wait-in-line.ts'

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

/**
 * Shared places that are taken for as long as a piece of work lasts, and waited for without an end of their own: what waits
 * for a place is asked for by a row and a workflow, which live longer.
 */
export class FairPlaces {
  readonly #places: SharedPlaces<Waiter<Place>>
  readonly #turns: Turns

  constructor(shares: Shares, turns: Turns = { aloneMs: Infinity, sharedMs: Infinity, richMs: Infinity }) {
    this.#places = new SharedPlaces(shares)
    this.#turns = turns
  }

  /** How many wait. */
  get waiting(): number {
    return this.#places.waiting
  }

  /** Resolves with a place. @throws the signal's reason; what a waiter is sent away with */
  take(workspaceId: string, signal?: AbortSignal): Promise<Place> {
    const mayTake = this.#places.waitingFor(workspaceId) === 0 && this.#places.isFreeFor(workspaceId)
    if (mayTake && !signal?.aborted) return Promise.resolve(this.#admit(workspaceId))
    return waitInLine(signal, waiter => {
      this.#places.wait(workspaceId, waiter)
      return () => this.#places.leave(workspaceId, waiter)
    })
  }

  /** Sends away the last to come of the workspace that has the most waiting, with an error made for it. */
  sendAway(errorFor: (workspaceId: string) => Error): void {
    const [most] = [...this.#places.lines].toSorted(([, one], [, other]) => other.size - one.size)
    if (most) [...most[1]].at(-1)!.refuse(errorFor(most[0]))
  }

  #admit(workspaceId: string): Place {
    this.#places.take(workspaceId)
    const since = Date.now()
    let isHeld = true
    return {
      isOver: () => Date.now() - since > this.#turnOf(workspaceId),
      release: () => {
        if (!isHeld) return
        isHeld = false
        this.#places.giveBack(workspaceId)
        for (let next = this.#places.next(); next; next = this.#places.next()) {
          next.waiter.admit(this.#admit(next.owner))
        }
      },
    }
  }

  #turnOf(workspaceId: string): number {
    if (this.#places.waiting === 0) return this.#turns.aloneMs
    const held = this.#places.of(workspaceId)
    for (const [other] of this.#places.lines) if (this.#places.of(other) < held) return this.#turns.richMs
    return this.#turns.sharedMs
  }
}
