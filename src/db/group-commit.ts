import { Turns } from '../fairness/turns.ts'
import { isDatabaseUnavailable } from './database.ts'
import { hubItself, onBehalfOf } from './on-behalf-of.ts'

/** A commit that takes longer than this stops holding back what has come after it. */
const commitMs = 15

/** What is written together, and how. */
export interface GroupWriter<Item, Result> {
  /** How much goes into one commit, unless a single item is larger; and how many commits there are at once. */
  most: { rows: number; bytes: number; commits: number }
  /** Whose it is: owners take turns. */
  ownerOf(item: Item): string
  sizeOf(item: Item): { rows: number; bytes: number }
  /** Writes items in one transaction. Gives what became of each, in their order. */
  write(items: readonly Item[]): Promise<readonly Result[]>
  /** Whether an error is about this item, where it says which: the others are written without it. */
  isAbout?(error: unknown, item: Item): boolean
}

interface Waiting<Item, Result> {
  item: Item
  rows: number
  bytes: number
  resolve: (result: Result) => void
  reject: (error: unknown) => void
}

/**
 * Collects what arrives during a commit, and commits it together: one commit each would cost each a wait for the disk. Halves a
 * group that fails until the faulty item stands alone, and writes the others.
 */
export class GroupCommit<Item, Result> {
  readonly #writer: GroupWriter<Item, Result>
  readonly #waiting = new Turns<Waiting<Item, Result>>()
  #committing = 0
  #lastCommitAt = 0
  #timer: NodeJS.Timeout | undefined

  constructor(writer: GroupWriter<Item, Result>) {
    this.#writer = writer
  }

  /** Resolves after the commit, with what became of it. */
  add(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#waiting.add(this.#writer.ownerOf(item), { item, ...this.#writer.sizeOf(item), resolve, reject })
      this.#next()
    })
  }

  #next(): void {
    while (this.#waiting.size > 0 && this.#committing < this.#writer.most.commits) {
      const sinceMs = performance.now() - this.#lastCommitAt
      if (this.#committing > 0 && sinceMs < commitMs) {
        this.#timer ??= setTimeout(() => {
          this.#timer = undefined
          this.#next()
        }, commitMs - sinceMs)
        return
      }
      this.#committing++
      this.#lastCommitAt = performance.now()
      // It may hold what any of them writes, whoever came last.
      void onBehalfOf(hubItself, () => this.#commit(this.#take())).finally(() => {
        this.#committing--
        this.#next()
      })
    }
  }

  #take(): Waiting<Item, Result>[] {
    const { most } = this.#writer
    const taken: Waiting<Item, Result>[] = []
    let [rows, bytes] = [0, 0]
    for (let next = this.#waiting.peek(); next; next = this.#waiting.peek()) {
      rows += next.rows
      bytes += next.bytes
      if (taken.length > 0 && (rows > most.rows || bytes > most.bytes)) break
      taken.push(this.#waiting.take()!)
    }
    return taken
  }

  async #commit(group: Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await this.#writer.write(group.map(({ item }) => item))
      group.forEach(({ resolve }, n) => resolve(results[n]!))
    } catch (error) {
      const isFault = ({ item }: Waiting<Item, Result>) => this.#writer.isAbout?.(error, item) === true
      const faults = group.filter(isFault)
      if (faults.length > 0) {
        for (const { reject } of faults) reject(error)
        const others = group.filter(waiting => !isFault(waiting))
        return others.length > 0 ? this.#commit(others) : undefined
      }
      if (group.length === 1 || isDatabaseUnavailable(error)) {
        for (const { reject } of group) reject(error)
        return
      }
      const middle = group.length >> 1
      await this.#commit(group.slice(0, middle))
      await this.#commit(group.slice(middle))
    }
  }
}
