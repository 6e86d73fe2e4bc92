/** A queue in which workspaces take turns, so that one workspace with very many items delays each other by one item a turn. */
export class Turns<Item> {
  readonly #waiting = new Map<string, Item[]>()
  #size = 0

  get size(): number {
    return this.#size
  }

  add(workspaceId: string, item: Item): void {
    const own = this.#waiting.get(workspaceId)
    if (own) own.push(item)
    else this.#waiting.set(workspaceId, [item])
    this.#size++
  }

  /** The one whose turn is next. */
  peek(): Item | undefined {
    const [first] = this.#waiting.values()
    return first?.[0]
  }

  /** Takes the one whose turn is next. */
  take(): Item | undefined {
    const [first] = this.#waiting
    if (!first) return undefined
    const [workspaceId, own] = first
    const item = own.shift()
    this.#waiting.delete(workspaceId)
    if (own.length > 0) this.#waiting.set(workspaceId, own)
    this.#size--
    return item
  }
}
