/** A margin for the difference between asking here and deciding there. */
const marginMs = 500

/** Whether a lease lasts for sure, at this moment. Its end is counted from before the statement that gave it. */
export function lasts(endsAt: number): boolean {
  return performance.now() < endsAt - marginMs
}

/**
 * Renews leases five times within the time that they last, one renewal after the other, until it is closed. One that fails
 * is told of and tried again.
 */
export class Renewal {
  readonly #timer: NodeJS.Timeout
  #underWay = false

  constructor(leaseMs: number, renew: () => Promise<void>, failed: (error: unknown) => void) {
    this.#timer = setInterval(() => {
      if (this.#underWay) return
      this.#underWay = true
      renew()
        .catch(failed)
        .finally(() => (this.#underWay = false))
    }, leaseMs / 5)
    this.#timer.unref()
  }

  close(): void {
    clearInterval(this.#timer)
  }
}
