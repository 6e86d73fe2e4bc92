/** How much each workspace has of something. */
export class Tally {
  readonly #amounts = new Map<string, number>()
  #total = 0

  /** Of all together. */
  get total(): number {
    return this.#total
  }

  of(workspaceId: string): number {
    return this.#amounts.get(workspaceId) ?? 0
  }

  /** @param amount below zero for what is given back */
  add(workspaceId: string, amount: number): void {
    const now = this.of(workspaceId) + amount
    if (now === 0) this.#amounts.delete(workspaceId)
    else this.#amounts.set(workspaceId, now)
    this.#total += amount
  }

  /** The workspaces that have more than each would have if they shared the whole equally. */
  above(whole: number): string[] {
    const equal = whole / this.#amounts.size
    return [...this.#amounts].filter(([, amount]) => amount > equal).map(([workspaceId]) => workspaceId)
  }
}
