interface Waiter {
  deadline: number
  admit: () => void
  refuse: (error: Error) => void
}

/** Callers who wait for their turn, first come, first served; who is cancelled leaves. */
export class WaitingLine {
  readonly #waiters = new Set<Waiter>()
  #wake: (() => void) | undefined

  get length(): number {
    return this.#waiters.size
  }

  /** Resolves when admitted; rejects when refused, or with the signal's reason when aborted. */
  join(deadline: number, signal: AbortSignal | undefined): Promise<void> {
    if (signal?.aborted) return Promise.reject(signal.reason as Error)
    return new Promise<void>((resolve, reject) => {
      const leave = () => {
        this.#waiters.delete(waiter)
        signal?.removeEventListener('abort', abort)
        if (this.#waiters.size === 0) this.#wake?.()
      }
      const abort = () => waiter.refuse(signal?.reason as Error)
      const waiter: Waiter = {
        deadline,
        admit: () => {
          leave()
          resolve()
        },
        refuse: error => {
          leave()
          reject(error)
        },
      }
      signal?.addEventListener('abort', abort, { once: true })
      this.#waiters.add(waiter)
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
