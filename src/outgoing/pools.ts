import { Dispatcher, type Pool } from 'undici'

/** What a hub shows of itself to a receiver that asks for it (mutual TLS). */
export interface ClientCertificate {
  /** Its own for each certificate: connections are shared under it. */
  id: string
  /** PEM: the certificate, then those that lead to its authority. */
  certificate: string
  /** PEM. */
  privateKey: string
  /** PEM: the authorities that the receiver's own certificate may come from, instead of the public ones. */
  caCertificate?: string
}

/** Makes the way to an origin; each pool that it makes, now or later, is to be shown to `observe`. */
export type MakeWay = (
  origin: string,
  certificate: ClientCertificate | undefined,
  observe: (pool: Pool) => Pool,
) => Dispatcher

/** The connections to one origin, under one certificate or none. */
interface Entry {
  way: Dispatcher
  pools: Pool[]
  connected: number
  /** It takes no more requests: its idle connections are closed, the others will be. */
  dropped: boolean
  /** Of the pools' clock, which goes by one with each request. */
  lastUsed: number
}

/**
 * Pools keep-alive connections by origin, with a bound for all. Beyond the bound it closes the idle connections that were used
 * least recently. It never cuts a request; callers bound how many are under way.
 */
export class OriginPools {
  readonly #make: MakeWay
  readonly #mostOpen: number
  readonly #entries = new Map<string, Entry>()
  #open = 0
  #clock = 0

  constructor(make: MakeWay, mostOpen: number) {
    this.#make = make
    this.#mostOpen = mostOpen
  }

  /** How many connections are open, but those that close when their request is done. */
  get open(): number {
    return this.#open
  }

  /** How many origins have connections, or are about to. */
  get origins(): number {
    return this.#entries.size
  }

  /** A dispatcher for any origin, whose connections show the certificate, if one is given. */
  dispatcher(certificate?: ClientCertificate): Dispatcher {
    return new PooledDispatcher((options, handler) => {
      const origin = String(options.origin)
      const key = certificate === undefined ? origin : `${origin} ${certificate.id}`
      const entry = this.#entries.get(key) ?? this.#add(key, origin, certificate)
      entry.lastUsed = ++this.#clock
      return entry.way.dispatch(options, handler)
    })
  }

  /** Cuts all connections. */
  async close(): Promise<void> {
    const entries = [...this.#entries.values()]
    this.#entries.clear()
    this.#open = 0
    for (const entry of entries) entry.dropped = true
    await Promise.all(entries.map(({ way }) => way.destroy()))
  }

  #add(key: string, origin: string, certificate: ClientCertificate | undefined): Entry {
    const pools: Pool[] = []
    const observe = (pool: Pool) => {
      pools.push(pool)
      pool.on('connect', () => {
        entry.connected++
        if (entry.dropped) return
        this.#open++
        if (this.#open > this.#mostOpen) this.#makeRoom()
      })
      pool.on('disconnect', () => {
        entry.connected--
        if (entry.dropped) return
        this.#open--
        this.#leaveIfUnused(key, entry)
      })
      pool.on('connectionError', () => this.#leaveIfUnused(key, entry))
      return pool
    }
    const way = this.#make(origin, certificate, observe)
    const entry: Entry = { way, pools, connected: 0, dropped: false, lastUsed: 0 }
    this.#entries.set(key, entry)
    return entry
  }

  #leaveIfUnused(key: string, entry: Entry): void {
    if (!entry.dropped && entry.connected === 0 && loadOf(entry).size === 0) this.#drop(key, entry)
  }

  /** Idle origins first, by the time of their last use; then the idle connections of those that are in use. */
  #makeRoom(): void {
    const loads = [...this.#entries].map(([key, entry]) => ({ key, entry, ...loadOf(entry) }))
    const idle = loads.filter(({ entry, size }) => size === 0 && entry.connected > 0)
    const busy = loads.filter(({ size, free }) => size > 0 && free > 0)
    idle.sort((one, other) => one.entry.lastUsed - other.entry.lastUsed)
    busy.sort((one, other) => other.free - one.free)
    // A little more than needed, so that it is not done for each connection anew.
    let surplus = this.#open - Math.floor(0.9 * this.#mostOpen)
    for (const { key, entry, free } of [...idle, ...busy]) {
      if (surplus <= 0) return
      surplus -= free
      this.#drop(key, entry)
    }
  }

  /** Its idle connections close at once, the others when their requests are done; the next request opens new ones. */
  #drop(key: string, entry: Entry): void {
    this.#entries.delete(key)
    entry.dropped = true
    this.#open -= entry.connected
    entry.way.close().catch(() => undefined)
  }
}

/** How many connections of an entry are idle, and how many requests it has under way or in line. */
function loadOf({ pools }: Entry): { free: number; size: number } {
  let [free, size] = [0, 0]
  for (const { stats } of pools) {
    free += stats.free
    size += stats.size
  }
  return { free, size }
}

class PooledDispatcher extends Dispatcher {
  override readonly dispatch: Dispatcher['dispatch']

  constructor(dispatch: Dispatcher['dispatch']) {
    super()
    this.dispatch = dispatch
  }
}
