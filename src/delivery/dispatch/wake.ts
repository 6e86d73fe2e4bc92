import type pg from 'pg'
import { wakeChannel } from '../contract.ts'

/** Tells the dispatchers, of all processes, that something is due. */
export interface Wake {
  /** Now, or together with others within a few milliseconds. Never fails: the dispatchers' poll stands behind it. */
  soon(): void
  close(): Promise<void>
}

/**
 * Wakes by NOTIFY on a connection of its own, at most once in `everyMs`: the commit that publishes never waits for
 * Postgres's one lock on notifications.
 */
export function createWake(pool: pg.Pool, everyMs = 5): Wake {
  let [lastAt, closed] = [0, false]
  let timer: NodeJS.Timeout | undefined
  const notify = () => {
    timer = undefined
    lastAt = performance.now()
    if (!closed) pool.query(`notify ${wakeChannel}`).catch(() => undefined)
  }
  return {
    soon() {
      if (timer) return
      const waited = performance.now() - lastAt
      if (waited >= everyMs) notify()
      else timer = setTimeout(notify, everyMs - waited)
    },
    async close() {
      closed = true
      clearTimeout(timer)
      await pool.end()
    },
  }
}
