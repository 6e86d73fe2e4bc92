import type { Executor } from '../db/database.ts'
import type { Connection } from './store.ts'

/**
 * What a feature above does when a connection has changed its state, in the transaction of the change: given by the
 * composition root.
 */
export type ConnectionFollower = (trx: Executor, connection: Connection) => Promise<void>
