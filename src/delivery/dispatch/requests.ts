/** So many requests at once, and who waits for one. */
export class Requests {
  underWay = 0
  readonly #most: number
  readonly #waiting = new Set<() => void>()

  constructor(most: number) {
    this.#most = most
  }

  /** Whether one is free; otherwise `pump` is called when one is. */
  hasRoom(pump: () => void): boolean {
    if (this.underWay < this.#most) return true
    this.#waiting.add(pump)
    return false
  }

  /** Those that wait for a request go on, as far as some are free. */
  goOn(): void {
    for (const pump of this.#waiting) {
      if (this.underWay >= this.#most) return
      this.#waiting.delete(pump)
      pump()
    }
  }
}
