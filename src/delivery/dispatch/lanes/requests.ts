import { Tally } from './tally.ts'

/** One workspace alone has most of the requests; the more there are, the smaller is each one's part. */
const timesFree = 3

/**
 * So many requests at once, shared by workspaces, and who waits for one. A workspace gets more while it has fewer than three
 * times those that are still free; the last few are kept for those that have none. Of those that wait, the workspace
 * with the fewest is next.
 */
export class Requests {
  readonly #most: number
  readonly #kept: number
  readonly #underWay = new Tally()
  readonly #waiting = new Map<string, Set<() => void>>()

  /** @param kept of them, those that only workspaces with none under way get */
  constructor(most: number, kept: number) {
    this.#most = most
    this.#kept = kept
  }

  get underWay(): number {
    return this.#underWay.total
  }

  /** Whether one is free for the workspace; otherwise `pump` is called when one is. */
  hasRoom(workspaceId: string, pump: () => void): boolean {
    if (this.isFreeFor(workspaceId)) return true
    const waiting = this.#waiting.get(workspaceId)
    if (waiting) waiting.add(pump)
    else this.#waiting.set(workspaceId, new Set([pump]))
    return false
  }

  /** How many the workspace has under way. */
  of(workspaceId: string): number {
    return this.#underWay.of(workspaceId)
  }

  begin(workspaceId: string, requests = 1): void {
    this.#underWay.add(workspaceId, requests)
  }

  end(workspaceId: string, requests = 1): void {
    this.#underWay.add(workspaceId, -requests)
  }

  /** Those that wait for a request go on, as far as some are free for them. */
  goOn(): void {
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      const waiting = this.#waiting.get(next)!
      const [pump] = waiting
      waiting.delete(pump!)
      // The rest of it is behind others that have as few.
      this.#waiting.delete(next)
      if (waiting.size > 0) this.#waiting.set(next, waiting)
      pump!()
    }
  }

  /** Whether one is free for the workspace now. */
  isFreeFor(workspaceId: string): boolean {
    const free = this.#most - this.#underWay.total
    if (free <= 0) return false
    const has = this.#underWay.of(workspaceId)
    return has === 0 || has < timesFree * (free - this.#kept)
  }

  /** Of the workspaces that wait and may go on, the one with the fewest under way. */
  #next(): string | undefined {
    if (this.#waiting.size === 0 || this.#underWay.total >= this.#most) return undefined
    let [next, fewest] = [undefined as string | undefined, Infinity]
    for (const workspaceId of this.#waiting.keys()) {
      const has = this.of(workspaceId)
      if (has >= fewest || !this.isFreeFor(workspaceId)) continue
      if (has === 0) return workspaceId
      next = workspaceId
      fewest = has
    }
    return next
  }
}
