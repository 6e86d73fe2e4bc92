import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import { hubItself, onBehalfOf } from '../../db/on-behalf-of.ts'
import type { DeliveryParts } from '../parts.ts'
import { bucketOf, mostBuckets } from './histogram.ts'
import type { Result } from '../dispatch/recording/result.ts'
import { writeStatistics, type Counted } from './statistics-store.ts'

const writeEveryMs = 10_000
/**
 * The most endpoints with attempts within an hour that a process counts under one name. Beyond them it takes a new name, and
 * forgets the totals so far.
 */
const mostEndpoints = 5_000
/** Periods that are over and not written yet: only while the database is away. */
const mostClosed = 20_000
const periods = [1, 60] as const

interface Cell extends Counted {
  changed: boolean
}

/**
 * Counts attempts by endpoint, minute and hour in memory. Writes the changed totals every ten seconds and at the end, so an
 * attempt costs a few additions. Each process writes rows of its own, and overwrites these with new totals. An attempt counts
 * in the minute when it is recorded. A process that is killed loses the statistics of its last seconds; deliveries and attempts
 * do not depend on them.
 */
export class Statistics {
  readonly #hub: DeliveryParts
  /** Unique to this start. Another process with the same host and number would overwrite its rows. */
  readonly #start = `${hostname()}:${process.pid}:${randomBytes(6).toString('base64url')}`
  #name = 0
  readonly #cells = periods.map(() => new Map<string, Cell>())
  #closed: Cell[] = []
  #now = 0
  #timer: NodeJS.Timeout | undefined
  #writing: Promise<void> = Promise.resolve()

  constructor(hub: DeliveryParts) {
    this.#hub = hub
  }

  /** Counts what was sent; what was only put back is none of it. */
  note(results: readonly Result[]): void {
    // A clock that is set back must not open a minute that was written already.
    this.#now = Math.max(this.#now, Date.now())
    for (const { delivery, outcome } of results) {
      if (!outcome) continue
      const bucket = bucketOf(outcome.durationMs)
      for (const [index, minutes] of periods.entries()) {
        const cell = this.#cell(index, minutes, delivery)
        if (outcome.error === undefined) cell.succeeded++
        else cell.failed++
        cell.counts[bucket]!++
        cell.changed = true
      }
    }
    this.#timer ??= setTimeout(() => void this.write(), writeEveryMs).unref()
  }

  /** Writes the changed totals. Never throws: the next call tries again what could not be written. */
  write(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#writing = this.#writing.then(() => this.#write())
    return this.#writing
  }

  #cell(index: number, minutes: number, { endpointId, workspaceId }: Result['delivery']): Cell {
    const cells = this.#cells[index]!
    const at = Math.floor(this.#now / (minutes * 60_000)) * minutes * 60_000
    const known = cells.get(endpointId)
    if (known?.at === at) return known
    if (known) this.#close([known])
    else if (cells.size >= mostEndpoints) {
      // A name of its own for what is counted from now on, since the totals so far are forgotten here.
      this.#name++
      this.#closeAll()
    }
    const worker = `${this.#start}.${this.#name}`
    const counts = new Uint32Array(mostBuckets)
    const made = { endpointId, workspaceId, minutes, at, worker, succeeded: 0, failed: 0, counts, changed: false }
    cells.set(endpointId, made)
    return made
  }

  #closeAll(): void {
    for (const cells of this.#cells) {
      this.#close([...cells.values()])
      cells.clear()
    }
    void this.write()
  }

  #close(cells: readonly Cell[]): void {
    this.#closed.push(...cells.filter(cell => cell.changed))
    if (this.#closed.length > mostClosed) this.#closed = this.#closed.slice(-mostClosed)
  }

  async #write(): Promise<void> {
    // Endpoints that rest for an hour are forgotten.
    for (const [index, minutes] of periods.entries()) {
      for (const [endpointId, cell] of this.#cells[index]!) {
        if (!cell.changed && cell.at + 2 * minutes * 60_000 < Date.now()) this.#cells[index]!.delete(endpointId)
      }
    }
    const closed = this.#closed.splice(0)
    const changed = closed.concat(this.#cells.flatMap(cells => [...cells.values()].filter(cell => cell.changed)))
    for (const cell of changed) cell.changed = false
    try {
      await onBehalfOf(hubItself, () => writeStatistics(this.#hub.pool, changed))
    } catch (error) {
      this.#hub.log.warn({ err: error, rows: changed.length }, 'statistics of endpoints could not be written yet')
      for (const cell of changed) cell.changed = true
      const open = new Set(this.#cells.flatMap(cells => [...cells.values()]))
      this.#close(changed.filter(cell => !open.has(cell)))
      this.#timer ??= setTimeout(() => void this.write(), writeEveryMs).unref()
    }
  }
}

const known = new WeakMap<DeliveryParts['pool'], Statistics>()

/** The counts of this process. */
export function statisticsOf(hub: DeliveryParts): Statistics {
  let statistics = known.get(hub.pool)
  if (!statistics) known.set(hub.pool, (statistics = new Statistics(hub)))
  return statistics
}
