import type pg from 'pg'
import type { ClaimedDelivery, ClaimLimits } from '../dispatch/claiming/claim.ts'
import { countFitting, type GateLine, type Look } from './gate-line.ts'
import { joinLines } from './gate-rows.ts'
import { claimLines } from './gated-claim.ts'
import type { Gate } from './gate-store.ts'
import type { Verdict } from '../dispatch/recording/result.ts'

const keysAtOnce = 256
const mostOfKey = 16
const fewestOfKey = 2
const joinAtOnce = 1_000

interface Line {
  key: string
  rows: ClaimedDelivery[]
  /** Sent, and not recorded yet: nothing else of this key is sent meanwhile. */
  out: Set<ClaimedDelivery>
  /** One of them is not done with: the others wait in the table until it is. */
  stuck: boolean
}

/**
 * Keeps one line for each key. The next delivery of a key is sent when the result of the one before it is recorded as final.
 */
export class OrderedLine implements GateLine {
  readonly #batchSize: number
  readonly #lines = new Map<string, Line>()
  #free: Line[] = []
  #waiting = 0
  #out = 0
  #from = ''
  /** How many keys the last look saw. */
  #keys = 0

  constructor(batchSize: number) {
    this.#batchSize = batchSize
  }

  get waiting(): number {
    return this.#waiting
  }

  get size(): number {
    return this.#waiting + this.#out
  }

  get ready(): number {
    return this.#free.length
  }

  /** From key to key in turns, each time some hundreds of keys. */
  async claim(pool: pg.Pool, limits: ClaimLimits, gate: Gate): Promise<Look> {
    await joinLines(pool, gate, joinAtOnce)
    const share = Math.ceil((2 * limits.rows) / Math.max(1, this.#keys))
    const rowsEach = Math.max(this.#batchSize, Math.min(mostOfKey, Math.max(fewestOfKey, share)))
    const all = { ...limits, keys: keysAtOnce, rowsEach }
    const had = [...this.#lines.keys()]
    const { claimed, keys, last } = await claimLines(pool, all, gate, had, this.#from)
    this.#keys = keys
    this.#from = keys < keysAtOnce || last === null ? '' : last + '\u0001'
    return { claimed, more: claimed.length >= limits.rows || this.#from !== '' }
  }

  add(claimed: readonly ClaimedDelivery[]): void {
    for (const delivery of claimed) {
      const key = delivery.orderingKey ?? ''
      let line = this.#lines.get(key)
      if (!line) {
        line = { key, rows: [], out: new Set(), stuck: false }
        this.#lines.set(key, line)
        this.#free.push(line)
      }
      line.rows.push(delivery)
      this.#waiting++
    }
  }

  next(most: number, mostWith: (delivery: ClaimedDelivery) => number): ClaimedDelivery[] {
    const taken: ClaimedDelivery[] = []
    let bytes = 0
    while (this.#free.length > 0 && taken.length < most) {
      const line = this.#free[0]!
      const count = countFitting(line.rows, most, mostWith, { count: taken.length, bytes })
      // One that may only go in a smaller POST ends this one.
      if (count === 0) break
      this.#free.shift()
      for (const delivery of line.rows.splice(0, count)) {
        taken.push(delivery)
        line.out.add(delivery)
        bytes += delivery.size
        most = Math.min(most, mostWith(delivery))
      }
      this.#out += count
      this.#waiting -= count
    }
    return taken
  }

  recorded(delivery: ClaimedDelivery, verdict: Verdict): ClaimedDelivery[] {
    const line = this.#lines.get(delivery.orderingKey ?? '')
    if (!line?.out.delete(delivery)) return []
    this.#out--
    if (verdict.kind !== 'delivered' && verdict.kind !== 'failed') line.stuck = true
    if (line.out.size > 0) return []
    if (line.rows.length > 0 && !line.stuck) {
      this.#free.push(line)
      return []
    }
    this.#lines.delete(line.key)
    this.#waiting -= line.rows.length
    return line.rows
  }

  clear(): ClaimedDelivery[] {
    this.#free = []
    const taken: ClaimedDelivery[] = []
    for (const line of this.#lines.values()) {
      taken.push(...line.rows.splice(0))
      if (line.out.size === 0) this.#lines.delete(line.key)
    }
    this.#waiting = 0
    return taken
  }
}
