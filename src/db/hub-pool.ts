import pg from 'pg'
import { databaseRefused, databaseWaitSeconds } from '../metrics/registry.ts'
import { ConnectionLine, sharesOfPool } from './connection-line.ts'
import { refuseSecond } from './one-connection.ts'
import { hubItself, workspaceNow } from './on-behalf-of.ts'

type Connected = (
  error: Error | undefined,
  client: pg.PoolClient | undefined,
  done: (release?: Error | boolean) => void,
) => void

export interface HubPoolOptions extends pg.PoolConfig {
  max: number
  /** Whether workspaces share the pool fairly. Otherwise the first to come is served first. */
  shared: boolean
  /** Whether a transaction that asks for a second connection is refused it. */
  watched: boolean
}

const none = () => undefined
const open = new Set<HubPool>()

/** The pools of this process that have not been ended. */
export function openPools(): Iterable<HubPool> {
  return open
}

/** A pool whose connections are shared out by workspace; see ConnectionLine. */
export class HubPool extends pg.Pool {
  /** Whether a transaction that asks for a second connection is refused it. */
  readonly watched: boolean
  readonly poolName: string
  readonly #shared: boolean
  readonly #line: ConnectionLine
  readonly #owners = new WeakMap<pg.PoolClient, string>()

  constructor({ shared, watched, ...options }: HubPoolOptions) {
    super(options)
    this.watched = watched
    this.poolName = options.application_name ?? 'causeway'
    this.#shared = shared
    this.#line = new ConnectionLine(shared ? sharesOfPool(options.max) : { places: options.max, kept: 0 })
    open.add(this)
    this.on('release', (error, client) => this.#giveBack(error, client))
  }

  /** How many of its connections are held, and how much work waits for one. */
  get load(): { held: number; waiting: number } {
    return { held: this.#line.held, waiting: this.#line.waiting }
  }

  override end(): Promise<void>
  override end(callback: () => void): void
  override end(callback?: () => void): Promise<void> | void {
    open.delete(this)
    return callback ? super.end(callback) : super.end()
  }

  override connect(): Promise<pg.PoolClient>
  override connect(callback: Connected): void
  override connect(callback?: Connected): Promise<pg.PoolClient> | void {
    if (callback) return this.#take(callback)
    return new Promise((resolve, reject) => this.#take((error, client) => (client ? resolve(client) : reject(error!))))
  }

  #take(callback: Connected): void {
    const refuse = (error: Error) => callback(error, undefined, none)
    try {
      if (this.watched) refuseSecond(this)
    } catch (error) {
      return refuse(error as Error)
    }
    const owner = this.#shared ? workspaceNow() : hubItself
    const joinedAt = performance.now()
    let waited = false
    const take = () => {
      if (waited) databaseWaitSeconds.observe({ pool: this.poolName }, (performance.now() - joinedAt) / 1_000)
      super.connect((error, client, done) => {
        if (client) {
          this.#owners.set(client, owner)
          this.#line.noteAnswer()
        } else this.#line.giveBack(owner, false)
        callback(error, client, done)
      })
    }
    this.#line.join(owner, take, error => {
      databaseRefused.inc({ pool: this.poolName })
      refuse(error)
    })
    waited = true
  }

  #giveBack(error: unknown, client: pg.PoolClient): void {
    const owner = this.#owners.get(client)
    // One that came when nobody waited for it any more.
    if (owner === undefined) return
    this.#owners.delete(client)
    this.#line.giveBack(owner, !error)
  }
}
