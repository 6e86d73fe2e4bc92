import { waitInLine, type Waiter } from '../fairness/wait-in-line.ts'

interface Waiting extends Waiter<void> {
  deadline: number
  permits: number
}

/** Callers who wait for permits: first come, first served. Those whose signal is aborted leave the line. */
export class WaitingLine {
  readonly #waiters = new Set<Waiting>()
  #permits = 0
  #wake: (() => void) | undefined

  get length(): number {
    return this.#waiters.size
  }

  /** How many permits they want, all together. */
  get permits(): number {
    return this.#permits
  }

  /** How many the first of them wants; none when nobody waits. */
  get first(): number {
    for (const { permits } of this.#waiters) return permits
    return 0
  }

  /** Resolves when admitted; rejects when refused, or with the signal's reason when aborted. */
  join(deadline: number, signal: AbortSignal | undefined, permits = 1): Promise<void> {
    return waitInLine<void>(signal, waiter => {
      const waiting = { ...waiter, deadline, permits }
      this.#waiters.add(waiting)
      this.#permits += permits
      return () => {
        if (this.#waiters.delete(waiting)) this.#permits -= permits
        if (this.#waiters.size === 0) this.#wake?.()
      }
    })
  }

  /** Admits the first of them, as far as so many permits go; gives how many that took. */
  admit(permits: number): number {
    let taken = 0
    for (const waiter of this.#waiters) {
      if (taken + waiter.permits > permits) break
      waiter.admit()
      taken += waiter.permits
    }
    return taken
  }

  /** Refuses everyone who cannot wait until then. */
  refuse(until: number, error: Error): void {
    for (const waiter of this.#waiters) if (waiter.deadline < until) waiter.refuse(error)
  }

  /** Resolves after so long, or when the line has become empty. */
  change(waitMs: number): Promise<void> {
    return new Promise(resolve => {
      const timer = setTimeout(() => this.#wake?.(), waitMs)
      this.#wake = () => {
        clearTimeout(timer)
        this.#wake = undefined
        resolve()
      }
    })
  }
}
