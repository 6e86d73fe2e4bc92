import pg from 'pg'
import type { DeliveryParts } from '../../parts.ts'
import { wakeChannel } from '../../contract.ts'

/** Hears that something is due. */
export interface Waking {
  /** Resolves at the next wake, at once if one came since the last wait, or after the time. Gives whether one came. */
  wait(ms: number): Promise<boolean>
  /** A wake from inside the process. */
  nudge(): void
  /** The endpoints that were named since the last call: what is held of them may go. */
  opened(): readonly string[]
  close(): Promise<void>
}

/** Listens on a connection of its own, made again when it breaks; meanwhile the waits simply run out. */
export function createWaking(hub: DeliveryParts): Waking {
  let [pending, closed] = [false, false]
  let wakeUp: (() => void) | undefined
  let client: pg.Client | undefined
  const opened = new Set<string>()
  const nudge = () => {
    pending = true
    wakeUp?.()
  }
  const listen = async (): Promise<void> => {
    const made = new pg.Client({
      connectionString: hub.config.database.url,
      application_name: 'causeway-listen',
      connectionTimeoutMillis: 5_000,
      keepAlive: true,
    })
    made.on('notification', ({ payload }) => {
      if (payload) opened.add(payload)
      nudge()
    })
    made.once('end', () => !closed && setTimeout(() => void listen(), 1_000).unref())
    made.on('error', () => undefined)
    try {
      await made.connect()
      await made.query(`listen ${wakeChannel}`)
      client = made
      if (closed) await made.end()
    } catch {
      await made.end().catch(() => undefined)
    }
  }
  void listen()
  return {
    nudge,
    opened() {
      const named = [...opened]
      opened.clear()
      return named
    },
    async wait(ms) {
      if (!pending) {
        let timer: NodeJS.Timeout | undefined
        await new Promise<void>(resolve => {
          wakeUp = resolve
          timer = setTimeout(resolve, ms)
        })
        clearTimeout(timer)
        wakeUp = undefined
      }
      const woken = pending
      pending = false
      return woken
    },
    async close() {
      closed = true
      await client?.end().catch(() => undefined)
    },
  }
}
