const rememberedMs = 10_000
const mostRemembered = 10_000

/**
 * Addresses that lead nowhere: asked for again and again they cost no query. Nobody knows an address before it is made, so
 * what was nothing stays nothing.
 */
export class UnknownAddresses {
  readonly #until = new Map<string, number>()

  has(address: string, now = Date.now()): boolean {
    const until = this.#until.get(address)
    if (until === undefined) return false
    if (until > now) return true
    this.#until.delete(address)
    return false
  }

  add(address: string, now = Date.now()): void {
    this.#until.set(address, now + rememberedMs)
    if (this.#until.size > mostRemembered) this.#until.delete(this.#until.keys().next().value!)
  }
}
