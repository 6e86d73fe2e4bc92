import type pg from 'pg'
import { wakeChannel } from '../../contract.ts'

/** Tells the dispatchers, of all processes, that something is due. */
export interface Wake {
  /** Now, or together with others within a few milliseconds. Never fails: the dispatchers' poll stands behind it. */
  soon(): void
  /** Now: an endpoint is open, with deliveries held of before. Housekeeping stands behind it. */
  held(endpointId: string): void
  close(): Promise<void>
}

const everyMs = 5
/** Told this often, the dispatchers are at work anyway: they claim by themselves after a claim that brought much. */
const busyPerMs = 1.6
const busyEveryMs = 25

/**
 * Wakes by NOTIFY on a connection of its own, at most once in 5 ms, and in 25 under load: the commit that publishes never
 * waits for Postgres's one lock on notifications.
 */
export function createWake(pool: pg.Pool): Wake {
  let [lastAt, gapMs, asked, closed] = [0, everyMs, 0, false]
  let timer: NodeJS.Timeout | undefined
  const notify = () => {
    timer = undefined
    gapMs = asked >= busyPerMs * gapMs ? busyEveryMs : everyMs
    asked = 0
    lastAt = performance.now()
    if (!closed) pool.query(`notify ${wakeChannel}`).catch(() => undefined)
  }
  return {
    soon() {
      asked++
      if (timer) return
      const waited = performance.now() - lastAt
      if (waited >= gapMs) notify()
      else timer = setTimeout(notify, gapMs - waited)
    },
    held(endpointId) {
      if (!closed) pool.query('select pg_notify($1, $2)', [wakeChannel, endpointId]).catch(() => undefined)
    },
    async close() {
      closed = true
      clearTimeout(timer)
      await pool.end()
    },
  }
}
