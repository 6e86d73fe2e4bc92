import { Kysely, PostgresDialect, type PostgresPoolClient, type Transaction } from 'kysely'
import pg from 'pg'
import type { Config } from '../config.ts'
import { isHubError } from '../errors.ts'
import type { Logger } from '../logger.ts'
import { DatabaseClient, isLostConnection } from './client.ts'
import { HubPool } from './hub-pool.ts'
import { WatchedDatabase } from './one-connection.ts'
import type { Schema } from './schema/index.ts'

/** The query builder over the hub's tables. */
export type Database = Kysely<Schema>

/** Either the database or a transaction of it: what a store takes, so that its callers decide what commits together. */
export type Executor = Database | Transaction<Schema>

// Counts and sequence numbers stay below 2^53, so a bigint column is an ordinary number here.
pg.types.setTypeParser(pg.types.builtins.INT8, Number)

export interface PoolOptions {
  /** The pool's name: that of its sessions in Postgres, and the label of its metrics. */
  name: string
  /** The session's settings, as libpq's `options` takes them: `-c NAME=VALUE ...` */
  settings?: string
  /** Whether workspaces share it, so that each has a share of it. */
  shared?: boolean
}

/**
 * A bounded connection pool. `sslmode` and the other libpq parameters of the URL are honoured. A statement that runs
 * longer than the configured timeout is cancelled by the server; so is a transaction that sits idle for 30 s. Outside
 * production a transaction that asks for a second connection is refused it.
 */
export function createPool(
  config: Config['database'],
  log: Logger,
  { name, settings, shared = false }: PoolOptions,
): HubPool {
  const pool = new HubPool({
    Client: DatabaseClient,
    shared,
    watched: config.watched,
    connectionString: config.url,
    max: config.poolSize,
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 60_000,
    keepAlive: true,
    application_name: name,
    ...(settings !== undefined && { options: settings }),
    statement_timeout: config.statementTimeoutMs,
    idle_in_transaction_session_timeout: 30_000,
  })
  // An idle connection that breaks (Postgres restarted) is replaced on the next query.
  pool.on('error', error => log.warn({ err: error }, 'an idle database connection was lost'))
  // One that breaks between two statements of a transaction has nobody else to tell, which would end the process; the
  // transaction's next statement fails and says so.
  pool.on('connect', client => client.on('error', error => log.debug({ err: error }, 'a database connection was lost')))
  return pool
}

/** The query builder on a pool. Destroying it ends the pool. */
export function createDatabase(pool: pg.Pool): Database {
  const dialect = new PostgresDialect({ pool })
  const isWatched = pool instanceof HubPool && pool.watched
  return isWatched ? new WatchedDatabase<Schema>(pool, { dialect }) : new Kysely<Schema>({ dialect })
}

/** The query builder on the one connection of a transaction that the caller has begun. */
export function databaseOn(client: pg.PoolClient): Executor {
  const query = (text: string, values: readonly unknown[]) => client.query(text, [...values])
  const held = { query, release: () => undefined } as unknown as PostgresPoolClient
  const pool = { options: {}, connect: async () => held, end: async () => undefined }
  return new HeldDatabase({ dialect: new PostgresDialect({ pool }) })
}

class HeldDatabase extends Kysely<Schema> {
  override get isTransaction(): boolean {
    return true
  }
}

/** Whether the database cannot be reached or is not taking work just now. Errors of other connections are not its own. */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (isLostConnection(error) || isHubError(error, 'DATABASE_BUSY') || isHubError(error, 'DATABASE_UNAVAILABLE'))
    return true
  if (error instanceof pg.DatabaseError) return /^(08|57P0|53)/.test(error.code ?? '')
  // The driver's own words, which have no code.
  return (
    error instanceof Error &&
    /Connection terminated|has encountered a connection error|timeout exceeded when trying to connect|the database system is/.test(
      error.message,
    )
  )
}

/** Whether a statement was ended for the time that it took, or waited for a lock: Postgres is well, and busy. */
export function isCutOff(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code
  return error instanceof pg.DatabaseError && (code === '57014' || code === '55P03')
}

/** Whether an error is a violation of the named unique index or constraint (SQLSTATE 23505). */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  const fault = error as { code?: unknown; constraint?: unknown } | null
  return fault?.code === '23505' && (constraint === undefined || fault.constraint === constraint)
}
