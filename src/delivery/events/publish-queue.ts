import { isDatabaseUnavailable } from '../../db/database.ts'
import { hubItself, onBehalfOf } from '../../db/on-behalf-of.ts'
import type { DeliveryParts } from '../parts.ts'
import { EventsRefused } from './admit.ts'
import type { PreparedEvent } from './payload.ts'
import { Turns } from '../turns.ts'
import { runOnPool } from './write-events.ts'
import { writeMatched } from './write-matched.ts'

const batchEvents = 1_000
const batchBytes = 8 * 1024 * 1024
const mostCommits = 4
/** A commit that takes longer than this stops holding back the publishes behind it. */
const commitMs = 15

interface Waiting {
  events: readonly PreparedEvent[]
  bytes: number
  resolve(written: Set<string>): void
  reject(error: unknown): void
}

/**
 * Collects the publishes that arrive during a commit, and commits them together. Halves a batch that fails until the faulty
 * event stands alone, and publishes the others. Takes out events that their workspace refuses (admit.ts). Workspaces take
 * turns.
 */
export class PublishQueue {
  readonly #hub: DeliveryParts
  readonly #waiting = new Turns<Waiting>()
  #committing = 0
  #lastCommitAt = 0
  #timer: NodeJS.Timeout | undefined

  constructor(hub: DeliveryParts) {
    this.#hub = hub
  }

  /** Resolves after the commit, with the ids that were written. */
  add(events: readonly PreparedEvent[]): Promise<Set<string>> {
    return new Promise((resolve, reject) => {
      const bytes = events.reduce((sum, event) => sum + event.body.length, 0)
      this.#waiting.add(events[0]?.workspaceId ?? '', { events, bytes, resolve, reject })
      this.#next()
    })
  }

  #next(): void {
    while (this.#waiting.size > 0 && this.#committing < mostCommits) {
      const sinceMs = performance.now() - this.#lastCommitAt
      if (this.#committing > 0 && sinceMs < commitMs) {
        this.#timer ??= setTimeout(() => {
          this.#timer = undefined
          this.#next()
        }, commitMs - sinceMs)
        return
      }
      this.#committing++
      this.#lastCommitAt = performance.now()
      // It may hold what any of them publishes, whoever came last.
      void onBehalfOf(hubItself, () => this.#commit(this.#take())).finally(() => {
        this.#committing--
        this.#next()
      })
    }
  }

  #take(): Waiting[] {
    const taken: Waiting[] = []
    let [events, bytes] = [0, 0]
    for (let next = this.#waiting.peek(); next; next = this.#waiting.peek()) {
      events += next.events.length
      bytes += next.bytes
      if (taken.length > 0 && (events > batchEvents || bytes > batchBytes)) break
      taken.push(this.#waiting.take()!)
    }
    return taken
  }

  async #commit(batch: Waiting[]): Promise<void> {
    try {
      const events = batch.length === 1 ? batch[0]!.events : batch.flatMap(waiting => waiting.events)
      const written = await writeMatched(this.#hub, this.#hub.db, runOnPool(this.#hub.pool), events)
      for (const waiting of batch) waiting.resolve(written)
    } catch (error) {
      if (error instanceof EventsRefused) {
        const refused = Map.groupBy(batch, ({ events }) => events.some(event => error.refusals.has(event)))
        for (const waiting of refused.get(true) ?? []) waiting.reject(error)
        const others = refused.get(false)
        return others && this.#commit(others)
      }
      if (batch.length === 1 || isDatabaseUnavailable(error)) {
        for (const waiting of batch) waiting.reject(error)
        return
      }
      const middle = batch.length >> 1
      await this.#commit(batch.slice(0, middle))
      await this.#commit(batch.slice(middle))
    }
  }
}

const queues = new WeakMap<DeliveryParts['pool'], PublishQueue>()

/** The queue of this process: one for each pool of connections. */
export function publishQueueOf(hub: DeliveryParts): PublishQueue {
  let queue = queues.get(hub.pool)
  if (!queue) queues.set(hub.pool, (queue = new PublishQueue(hub)))
  return queue
}
