/** Thrown when something did not end in its time. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError'
}

/** What `work` gives, if it ends in time. The work itself goes on: this only bounds the wait for it. */
export async function withinDeadline<T>(work: Promise<T>, timeoutMs: number, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new DeadlineError(`${what} took longer than ${timeoutMs} ms`)), timeoutMs)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
