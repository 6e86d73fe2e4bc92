import { Tally } from './tally.ts'

/** How many places there are, and how owners share them. */
export interface Shares {
  places: number
  /** Only for owners that have none: a quiet one finds a place, however many the others want. */
  kept: number
  /** The most that one owner has, while no other wants any either. */
  each?: number
  /** An owner gets another while it has fewer than this factor times the free places beyond `kept`: the fuller, the fewer for each. */
  timesFree?: number
}

/** Somebody whose turn it is, taken out of the line. */
export interface Turn<Waiter> {
  owner: string
  waiter: Waiter
}

/**
 * The rule by which workspaces, or other owners, share places of a process: who may have one more, and who of those that wait is next. Of those that wait the owner that has the
 * fewest is next, of equals the one that has waited longest, of one owner who came first. In memory only. It counts: the
 * caller takes a place, gives it back, and then lets in whoever is next.
 */
export class SharedPlaces<Waiter> {
  readonly #shares: Required<Shares>
  readonly #taken = new Tally()
  /** By owner, the one that has waited longest first. */
  readonly #lines = new Map<string, Set<Waiter>>()
  #waiting = 0

  constructor(shares: Shares) {
    this.#shares = { each: Infinity, timesFree: Infinity, ...shares }
  }

  /** How many places are taken. */
  get taken(): number {
    return this.#taken.total
  }

  /** How many wait. */
  get waiting(): number {
    return this.#waiting
  }

  /** Who waits, by owner. */
  get lines(): Iterable<[string, ReadonlySet<Waiter>]> {
    return this.#lines
  }

  /** How many places the owner has. */
  of(owner: string): number {
    return this.#taken.of(owner)
  }

  /** How many wait for the owner. */
  waitingFor(owner: string): number {
    return this.#lines.get(owner)?.size ?? 0
  }

  /** Whether the owner may have one more now; who waits is not asked. */
  isFreeFor(owner: string): boolean {
    return this.#mayHaveMore(this.#taken.of(owner))
  }

  take(owner: string, places = 1): void {
    this.#taken.add(owner, places)
  }

  giveBack(owner: string, places = 1): void {
    this.#taken.add(owner, -places)
  }

  /** Puts a waiter at the end of its owner's line. One that is in it stays where it is. */
  wait(owner: string, waiter: Waiter): void {
    const line = this.#lines.get(owner)
    if (line?.has(waiter)) return
    if (line) line.add(waiter)
    else this.#lines.set(owner, new Set([waiter]))
    this.#waiting++
  }

  /** Takes a waiter out of its owner's line, if it is still there. */
  leave(owner: string, waiter: Waiter): void {
    const line = this.#lines.get(owner)
    if (!line?.delete(waiter)) return
    this.#waiting--
    if (line.size === 0) this.#lines.delete(owner)
  }

  /** Takes out of the line whoever is next, if a place is free for them. The place is for the caller to take. */
  next(): Turn<Waiter> | undefined {
    if (this.#waiting === 0 || this.#taken.total >= this.#shares.places) return undefined
    const owner = this.#nextOwner()
    if (owner === undefined) return undefined
    const line = this.#lines.get(owner)!
    const waiter = line.values().next().value as Waiter
    this.leave(owner, waiter)
    if (line.size > 0) {
      // The rest of it is behind others that have as many.
      this.#lines.delete(owner)
      this.#lines.set(owner, line)
    }
    return { owner, waiter }
  }

  #nextOwner(): string | undefined {
    let [next, fewest] = [undefined as string | undefined, Infinity]
    for (const owner of this.#lines.keys()) {
      const has = this.#taken.of(owner)
      if (has === 0) return owner
      if (has >= fewest) continue
      next = owner
      fewest = has
    }
    // Where the one that has fewest may not have another, nobody may.
    return this.#mayHaveMore(fewest) ? next : undefined
  }

  /** Whether an owner that has so many may have one more now. */
  #mayHaveMore(has: number): boolean {
    const { places, kept, each, timesFree } = this.#shares
    const free = places - this.#taken.total
    if (has === 0) return free > 0
    return free > kept && has < each && has < timesFree * (free - kept)
  }
}
