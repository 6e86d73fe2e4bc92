import type pg from 'pg'
import { isDatabaseUnavailable } from '../../../db/database.ts'
import type { DeliveryParts } from '../../parts.ts'
import { recordReported } from './record-reported.ts'
import { recordResults } from './record.ts'
import type { Result } from './result.ts'
import { statisticsOf } from '../../log/statistics.ts'

const flushEveryMs = 20
const flushRows = 500

/** Is told what was recorded, and which ids of those that stood in line were finished by that. */
type Recorded = (results: readonly Result[], finished: ReadonlySet<string>) => void

/**
 * Collects results and records them together, every 20 ms or 500 of them. While the database is away they are kept and
 * tried again; a batch that fails otherwise is halved until the culprit stands alone.
 */
export class Recorder {
  readonly #hub: DeliveryParts
  readonly #pool: pg.Pool
  readonly #worker: string
  readonly #recorded: Recorded
  #results: Result[] = []
  #timer: NodeJS.Timeout | undefined
  readonly #flushes = new Set<Promise<void>>()

  constructor(hub: DeliveryParts, pool: pg.Pool, worker: string, recorded: Recorded) {
    this.#hub = hub
    this.#pool = pool
    this.#worker = worker
    this.#recorded = recorded
  }

  /** How many results are not recorded yet. */
  get pending(): number {
    return this.#results.length
  }

  add(result: Result): void {
    this.#results.push(result)
    if (this.#results.length >= flushRows) this.#flush()
    else this.#timer ??= setTimeout(() => this.#flush(), flushEveryMs)
  }

  /** Resolves when everything that was added is recorded, and counted in the statistics. */
  async drain(): Promise<void> {
    while (this.#results.length > 0 || this.#flushes.size > 0) {
      this.#flush()
      await Promise.all(this.#flushes)
    }
    await statisticsOf(this.#hub).write()
  }

  #flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    // One commit at a time collects more than two would; the next one starts when this one is done.
    if (this.#flushes.size > 0 || this.#results.length === 0) return
    const batch = this.#results.splice(0, 2 * flushRows)
    const flush = this.#record(batch).finally(() => {
      this.#flushes.delete(flush)
      if (this.#results.length >= flushRows) this.#flush()
      else if (this.#results.length > 0) this.#timer ??= setTimeout(() => this.#flush(), flushEveryMs)
    })
    this.#flushes.add(flush)
  }

  async #record(batch: readonly Result[]): Promise<void> {
    for (let wait = 100; ; wait = Math.min(2 * wait, 2_000)) {
      try {
        const finished = await recordReported(this.#hub, this.#pool, batch, this.#worker)
        this.#recorded(batch, finished)
        return
      } catch (error) {
        if (isDatabaseUnavailable(error)) {
          this.#hub.log.warn({ err: error, results: batch.length }, 'results wait for the database')
          await new Promise(resolve => setTimeout(resolve, wait))
        } else if (batch.length > 1) {
          await this.#record(batch.slice(0, batch.length >> 1))
          await this.#record(batch.slice(batch.length >> 1))
          return
        } else {
          return this.#recordBare(batch[0]!, error)
        }
      }
    }
  }

  /** The last resort for one result that cannot be recorded as it is: without the receiver's answer and without a report. */
  async #recordBare(result: Result, cause: unknown): Promise<void> {
    this.#hub.log.error({ err: cause, deliveryId: result.delivery.id }, 'a result could not be recorded whole')
    const { answer: _, ...outcome } = result.outcome ?? {
      sentAt: Date.now(),
      durationMs: 0,
      endpointVersion: result.delivery.version ?? 0,
    }
    try {
      const finished = await recordResults(this.#pool, [{ ...result, outcome }], this.#worker)
      this.#recorded([result], finished)
    } catch (error) {
      // Its lease ends, and it is sent again: at least once.
      this.#hub.log.error({ err: error, deliveryId: result.delivery.id }, 'a result could not be recorded')
    }
  }
}
