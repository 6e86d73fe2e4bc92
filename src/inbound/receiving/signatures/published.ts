import { assertSecure } from '../../../calls/secure.ts'
import { send } from '../../../calls/send.ts'
import { HubError } from '../../../errors.ts'
import type { Outgoing } from '../../../outgoing/agent.ts'

/** How long what platforms publish is kept; all in milliseconds. */
export interface PublishedSettings {
  /** So long it is taken as it is. */
  freshMs: number
  /** So long it serves while the platform cannot be reached. */
  staleMs: number
  /** What may be newer is fetched again no sooner. */
  apartMs: number
  /** What could not be fetched is tried again no sooner. */
  retryMs: number
}

export const publishedSettings: PublishedSettings = {
  freshMs: 3_600_000,
  staleMs: 86_400_000,
  apartMs: 60_000,
  retryMs: 5_000,
}

interface Entry<Value> {
  /** Undefined: the platform has nothing there. */
  value?: Value | undefined
  fetchedAt: number
  failedAt: number
  fetching?: Promise<void> | undefined
}

/** Who asks, and by which way out. */
export interface Asking {
  app: string
  outgoing: Outgoing
  url: string
}

const mostKept = 1_000
const mostBytes = 256 * 1024
const timeoutMs = 5_000
/** Anybody may have something new fetched on behalf of an app: no more than so often in a minute. */
const mostFetches = 20

/**
 * What platforms publish to verify their webhooks by: keys, certificates. Each is fetched once at a time, kept, and serves for a
 * while when the platform cannot be reached.
 */
export class Published<Value> {
  readonly #parse: (body: Buffer) => Value
  readonly #settings: PublishedSettings
  readonly #entries = new Map<string, Entry<Value>>()
  readonly #fetches = { since: 0, byApp: new Map<string, number>() }

  /** @param parse reads what was fetched; throws for what is nothing of the kind */
  constructor(parse: (body: Buffer) => Value, settings = publishedSettings) {
    this.#parse = parse
    this.#settings = settings
  }

  /**
   * What stands at an address; undefined when nothing does.
   * @param anew whether what is kept is not enough
   * @throws HubError `KEYS_UNAVAILABLE` when it cannot be had
   */
  async at(asking: Asking, anew = false): Promise<Value | undefined> {
    const { freshMs, staleMs, apartMs } = this.#settings
    const key = `${asking.app} ${asking.url}`
    const entry = this.#entries.get(key) ?? { fetchedAt: 0, failedAt: 0 }
    const began = Date.now()
    // What was not there may be soon.
    if (began - entry.fetchedAt < (anew || entry.value === undefined ? apartMs : freshMs)) return entry.value
    await this.#fetch(key, entry, asking)
    const isNew = entry.fetchedAt >= began
    if (isNew || (!anew && began - entry.fetchedAt < staleMs)) return entry.value
    throw new HubError('KEYS_UNAVAILABLE', { retryAfterMs: this.#settings.retryMs })
  }

  async #fetch(key: string, entry: Entry<Value>, asking: Asking): Promise<void> {
    if (entry.fetching) return entry.fetching
    if (Date.now() - entry.failedAt < this.#settings.retryMs || !this.#mayFetch(asking.app)) return
    this.#entries.delete(key)
    this.#entries.set(key, entry)
    if (this.#entries.size > mostKept) this.#entries.delete(this.#entries.keys().next().value!)
    entry.fetching = this.#read(asking).then(
      value => {
        entry.value = value
        entry.fetchedAt = Date.now()
        entry.fetching = undefined
      },
      () => {
        entry.failedAt = Date.now()
        entry.fetching = undefined
      },
    )
    await entry.fetching
  }

  async #read({ outgoing, url }: Asking): Promise<Value | undefined> {
    assertSecure(outgoing, url)
    const headers = { 'user-agent': 'causeway', accept: '*/*' }
    const { status, body } = await send(outgoing, { method: 'GET', url, headers, timeoutMs, maxBytes: mostBytes })
    if (status === 404 || status === 410) return undefined
    if (status !== 200) throw new Error(`answered with ${status}`)
    return this.#parse(body)
  }

  #mayFetch(app: string): boolean {
    const now = Date.now()
    if (now - this.#fetches.since > 60_000) Object.assign(this.#fetches, { since: now, byApp: new Map() })
    const fetches = this.#fetches.byApp.get(app) ?? 0
    this.#fetches.byApp.set(app, fetches + 1)
    return fetches < mostFetches
  }
}
