import { importsAtOnce } from '../policy.ts'

/** Who was turned away comes again within this time, or has lost its turn. */
const turnMs = 10_000

/**
 * Which workspaces move an import in this process just now: a few, and each with one. Who finds no place comes again; the place
 * that is free next is for the one that was turned away first, not for the one that has just had it.
 */
export class ImportPlaces {
  readonly #taken = new Set<string>()
  /** By workspace, when it asked last: in the order of their turns. */
  readonly #line = new Map<string, number>()

  /** Gives what returns the place, or undefined when it is not the workspace's turn. */
  take(workspaceId: string, nowMs = Date.now()): (() => void) | undefined {
    for (const [waiting, askedMs] of this.#line) if (nowMs - askedMs > turnMs) this.#line.delete(waiting)
    if (!this.#line.has(workspaceId)) this.#line.set(workspaceId, nowMs)
    const turn = [...this.#line.keys()].indexOf(workspaceId)
    if (this.#taken.has(workspaceId) || turn >= importsAtOnce - this.#taken.size) {
      // Keeps its turn.
      this.#line.set(workspaceId, nowMs)
      return undefined
    }
    this.#line.delete(workspaceId)
    this.#taken.add(workspaceId)
    return () => void this.#taken.delete(workspaceId)
  }
}
