/** Somebody in a line: let in with what they wait for, or refused. */
export interface Waiter<Given> {
  admit(given: Given): void
  refuse(error: Error): void
}

/**
 * Waits until it is let in. `join` puts the waiter in a line and gives what takes it out again, which is called however the waiting
 * ends.
 * @throws what it is refused with; the signal's reason when aborted
 */
export function waitInLine<Given>(
  signal: AbortSignal | undefined,
  join: (waiter: Waiter<Given>) => () => void,
): Promise<Given> {
  if (signal?.aborted) return Promise.reject(signal.reason as Error)
  return new Promise<Given>((resolve, reject) => {
    const end = () => {
      leave()
      signal?.removeEventListener('abort', abort)
    }
    const waiter: Waiter<Given> = {
      admit: given => {
        end()
        resolve(given)
      },
      refuse: error => {
        end()
        reject(error)
      },
    }
    const abort = () => waiter.refuse(signal?.reason as Error)
    signal?.addEventListener('abort', abort, { once: true })
    const leave = join(waiter)
  })
}
