import type pg from 'pg'
import { batchBytes } from '../sending/batch.ts'
import type { ClaimedDelivery, ClaimLimits } from '../dispatch/claiming/claim.ts'
import { claimGated } from './gated-claim.ts'
import type { Gate } from './gate-store.ts'
import type { Verdict } from '../dispatch/recording/result.ts'

/** What came of a look into the table. */
export interface Look {
  claimed: ClaimedDelivery[]
  /** There may be more. */
  more: boolean
}

/**
 * The deliveries of one gated endpoint that the gate's holder has claimed: those to send, and those whose results are not
 * recorded yet.
 */
export interface GateLine {
  /** To be sent. */
  readonly waiting: number
  /** To be sent, and sent without a recorded result. */
  readonly size: number
  /** Counts the deliveries that could be sent now. Each key of an ordered endpoint counts as one. */
  readonly ready: number
  claim(pool: pg.Pool, limits: ClaimLimits, gate: Gate): Promise<Look>
  add(claimed: readonly ClaimedDelivery[]): void
  /** Takes the deliveries of the next POST, up to `most`, and beside each of them at most as many as `mostWith` says. */
  next(most: number, mostWith: (delivery: ClaimedDelivery) => number): ClaimedDelivery[]
  /** A result is recorded. Gives what is no longer to be sent, to be let go. */
  recorded(delivery: ClaimedDelivery, verdict: Verdict): ClaimedDelivery[]
  /** Takes out everything that is not sent. */
  clear(): ClaimedDelivery[]
}

/** Without an order: oldest first. */
export class PlainLine implements GateLine {
  readonly #queue: ClaimedDelivery[] = []
  readonly #had = new Map<string, ClaimedDelivery>()

  get waiting(): number {
    return this.#queue.length
  }

  get size(): number {
    return this.#had.size
  }

  get ready(): number {
    return this.#queue.length
  }

  async claim(pool: pg.Pool, limits: ClaimLimits, gate: Gate): Promise<Look> {
    const claimed = await claimGated(pool, limits, gate, [...this.#had.keys()])
    return { claimed, more: claimed.length >= limits.rows }
  }

  add(claimed: readonly ClaimedDelivery[]): void {
    for (const delivery of claimed) this.#had.set(delivery.id, delivery)
    this.#queue.push(...claimed)
  }

  next(most: number, mostWith: (delivery: ClaimedDelivery) => number): ClaimedDelivery[] {
    return this.#queue.splice(0, countFitting(this.#queue, most, mostWith))
  }

  recorded(delivery: ClaimedDelivery): ClaimedDelivery[] {
    // One of a session that lost its gate is no longer this one's.
    if (this.#had.get(delivery.id) === delivery) this.#had.delete(delivery.id)
    return []
  }

  clear(): ClaimedDelivery[] {
    const taken = this.#queue.splice(0)
    for (const { id } of taken) this.#had.delete(id)
    return taken
  }
}

/**
 * Counts the first deliveries of a line that fit a POST beside those it already holds. The first delivery of a POST always
 * fits.
 */
export function countFitting(
  line: readonly ClaimedDelivery[],
  most: number,
  mostWith: (delivery: ClaimedDelivery) => number,
  held = { count: 0, bytes: 0 },
): number {
  let { count, bytes } = held
  for (const delivery of line) {
    most = Math.min(most, mostWith(delivery))
    bytes += delivery.size
    if (count >= most || (count > 0 && bytes > batchBytes)) break
    count++
  }
  return count - held.count
}
