import pg from 'pg'

const lost = new WeakSet<object>()

/**
 * A client that remembers which errors came from its own connection: sockets to other places (a caller's, Temporal's) break with
 * the very same codes, and must not count as the database's.
 */
export class DatabaseClient extends pg.Client {
  constructor(config?: string | pg.ClientConfig) {
    super(config)
    // Before the client's own listener, which hands the error on to whoever waits.
    this.connection.on('error', (error: unknown) => {
      if (typeof error === 'object' && error !== null) lost.add(error)
    })
  }
}

/** Whether an error is that of a connection to the database, while it was made or afterwards. */
export function isLostConnection(error: unknown): boolean {
  return typeof error === 'object' && error !== null && lost.has(error)
}
