import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chownSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { freePort } from '../processes/ports.ts'
import { type Place, findPlace, removePlace } from './postgres-place.ts'
import { type Child, logTail, startChild, stopLeftover, waitUntil } from '../processes/processes.ts'

const superuser = 'causeway'
const startTimeoutMs = 60_000
const defaults = { shared_buffers: '256MB', max_connections: 200, wal_compression: 'on', max_wal_size: '2GB' }

export interface PostgresOptions {
  /** Kept between runs; holds the cluster, its password and its log. */
  dataDir: string
  /** Default: a free one. */
  port?: number
  /** Server settings over the defaults, which are durable (fsync on). */
  settings?: Record<string, string | number>
}

export interface Postgres {
  readonly port: number
  readonly logFile: string
  readonly pid: number
  /** A connection URL of the superuser; default database `postgres`. */
  url(database?: string): string
  /** Fast shutdown: open connections are ended, nothing committed is lost. */
  stop(): Promise<void>
  /** SIGKILL to the server and all its processes, as a power cut would. */
  kill(): Promise<void>
  /** Starts again on the same port and data, after `stop` or `kill`. */
  start(): Promise<void>
  restart(): Promise<void>
  /** Stops, and removes the data. */
  remove(): Promise<void>
}

/**
 * Starts a PostgreSQL server on 127.0.0.1 over a data folder, which is made where it is missing and recovered where the last
 * stop was unclean; a server that an earlier run left on it is stopped first. Throws with the end of the log when it does
 * not come up.
 */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const place = await findPlace(options.dataDir)
  const data = join(place.folder, 'data')
  const logFile = join(place.folder, 'log')
  await stopOrphan(data)
  const password = await ensureCluster(place, data)
  const port = options.port ?? (await freePort())
  const url = (database = 'postgres') => `postgres://${superuser}:${password}@127.0.0.1:${port}/${database}`
  const settings = {
    ...defaults,
    ...options.settings,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    log_min_messages: 'warning',
  }
  let server: Child

  const start = async () => {
    await stopOrphan(data)
    server = await startChild({
      name: 'postgres',
      command: place.postgres,
      args: ['-D', data, '-p', String(port), ...Object.entries(settings).flatMap(([k, v]) => ['-c', `${k}=${v}`])],
      logFile,
      cwd: '/',
      stopSignal: 'SIGINT',
      stopTimeoutMs: 20_000,
      ...place.owner,
    })
    try {
      await waitUntil(
        async () => {
          if (!server.running) throw new Error(`postgres ended while starting:\n${logTail(logFile)}`)
          return answers(url())
        },
        startTimeoutMs,
        () => `postgres did not answer on port ${port}:\n${logTail(logFile)}`,
      )
    } catch (error) {
      await server.kill()
      throw error
    }
  }
  const stop = () => server.stop()

  await start()
  return {
    port,
    logFile,
    get pid() {
      return server.pid
    },
    url,
    stop,
    kill: () => server.kill(),
    start,
    async restart() {
      await stop()
      await start()
    },
    async remove() {
      await stop()
      removePlace(options.dataDir)
    },
  }
}

/** Removes a cluster, after stopping a server that an earlier run left on it. */
export async function removePostgres(dataDir: string): Promise<void> {
  if (!existsSync(dataDir)) return
  const { folder } = await findPlace(dataDir)
  await stopOrphan(join(folder, 'data'))
  removePlace(dataDir)
}

/** Makes the cluster where there is none, in one rename, so that a half-made one is never taken for whole; gives the password. */
async function ensureCluster(place: Place, data: string): Promise<string> {
  const passwordFile = join(place.folder, 'password')
  if (existsSync(data)) return readFileSync(passwordFile, 'utf8')
  const password = randomBytes(18).toString('base64url')
  writeFileSync(passwordFile, password, { mode: 0o600 })
  if (place.owner) {
    chownSync(passwordFile, place.owner.uid, place.owner.gid)
    chownSync(place.folder, place.owner.uid, place.owner.gid)
  }
  const partial = `${data}.partial`
  rmSync(partial, { recursive: true, force: true })
  const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8']
  const login = [`--username=${superuser}`, '--auth=scram-sha-256', `--pwfile=${passwordFile}`]
  await promisify(execFile)(place.initdb, [`--pgdata=${partial}`, '--no-instructions', ...locale, ...login], {
    cwd: '/',
    ...place.owner,
  })
  renameSync(partial, data)
  return password
}

/** A postmaster that still lives on this folder is stopped; the pid file of a dead one, whose pid may since be another's, is removed. */
async function stopOrphan(data: string): Promise<void> {
  const file = join(data, 'postmaster.pid')
  if (!existsSync(file)) return
  const pid = Number(readFileSync(file, 'utf8').split('\n')[0])
  await stopLeftover(pid, ['postgres', join(data, '..'), basename(data)], 'SIGINT')
  rmSync(file, { force: true })
}

async function answers(connectionString: string): Promise<boolean> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 2000 })
  client.on('error', () => undefined)
  try {
    await client.connect()
    await client.query('SELECT 1')
    return true
  } catch {
    return false
  } finally {
    await client.end().catch(() => undefined)
  }
}
