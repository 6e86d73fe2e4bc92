const sameRequestWithinMs = 1000

/**
 * Calls `stop` once when the process is asked to end: SIGINT, SIGTERM, SIGHUP, or its parent's death (a wrapper killed
 * with SIGKILL must not leave the stack running). One Ctrl-C can arrive several times, from the terminal, npm and the
 * bootstrap, so signals less than a second after the first are the same request; a later one ends the process at once.
 * Returns a function that takes the handlers away again.
 */
export function onStopRequest(stop: (reason: string) => void): () => void {
  let askedAt: number | undefined
  const ask = (reason: string) => {
    if (askedAt === undefined) {
      askedAt = Date.now()
      stop(reason)
    } else if (Date.now() - askedAt > sameRequestWithinMs && reason !== 'parent gone') {
      process.exit(130)
    }
  }
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const signal of signals) process.on(signal, ask)
  const parent = process.ppid
  const watch = setInterval(() => {
    if (process.ppid !== parent) ask('parent gone')
  }, 1000)
  watch.unref()
  return () => {
    clearInterval(watch)
    for (const signal of signals) process.off(signal, ask)
  }
}
