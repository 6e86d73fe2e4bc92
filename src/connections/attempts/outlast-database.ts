import { setTimeout as sleep } from 'node:timers/promises'
import { isDatabaseUnavailable } from '../../db/database.ts'
import type { ConnectionParts } from '../parts.ts'

const longestWaitMs = 16_000

/**
 * Stores what exists nowhere else, such as a token that has just been won: while the database is away, or undoes the
 * transaction, it is tried again, for half a minute. @throws what `store` throws for any other reason, or at the end
 */
export async function outlastDatabase<T>(hub: ConnectionParts, what: string, store: () => Promise<T>): Promise<T> {
  for (let waitMs = 100; ; waitMs *= 2) {
    try {
      return await store()
    } catch (error) {
      if (!(isDatabaseUnavailable(error) || wasRolledBack(error)) || waitMs > longestWaitMs) throw error
      hub.log.warn({ err: error }, `${what} waits for the database`)
      await sleep(waitMs)
    }
  }
}

/**
 * SQLSTATE idle_in_transaction_session_timeout, serialization_failure, deadlock_detected, query_canceled by a timeout,
 * lock_not_available: nothing was written.
 */
function wasRolledBack(error: unknown): boolean {
  return ['25P03', '40001', '40P01', '57014', '55P03'].includes(String((error as { code?: unknown } | null)?.code))
}
