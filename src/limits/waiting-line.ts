import { waitInLine, type Waiter } from '../fairness/wait-in-line.ts'

interface Waiting extends Waiter<void> {
  deadline: number
}

/** Callers who wait for their turn: first come, first served. Those whose signal is aborted leave the line. */
export class WaitingLine {
  readonly #waiters = new Set<Waiting>()
  #wake: (() => void) | undefined

  get length(): number {
    return this.#waiters.size
  }

  /** Resolves when admitted; rejects when refused, or with the signal's reason when aborted. */
  join(deadline: number, signal: AbortSignal | undefined): Promise<void> {
    return waitInLine<void>(signal, waiter => {
      const waiting = { ...waiter, deadline }
      this.#waiters.add(waiting)
      return () => {
        this.#waiters.delete(waiting)
        if (this.#waiters.size === 0) this.#wake?.()
      }
    })
  }

  /** Admits the first `count`; gives how many there were. */
  admit(count: number): number {
    let admitted = 0
    for (const waiter of this.#waiters) {
      if (admitted >= count) break
      waiter.admit()
      admitted++
    }
    return admitted
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
