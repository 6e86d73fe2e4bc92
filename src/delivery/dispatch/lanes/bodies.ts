import type pg from 'pg'
import type { ClaimedDelivery } from '../claiming/claim.ts'

const raw = { getTypeParser: () => (value: unknown) => value }

interface Held {
  /** Null when it is no longer kept. */
  body: Buffer | null
  uses: number
  /** Resolves when it was read. */
  read: Promise<void>
}

/** The payloads of what this process is about to send: each is kept once, for as long as a delivery of it is here. */
export class Bodies {
  readonly #held = new Map<string, Held>()

  /** Takes hold of the payloads of the deliveries, reading those that are not here. If that fails it holds none of them. */
  async take(pool: pg.Pool, deliveries: readonly ClaimedDelivery[]): Promise<void> {
    const missing = new Map<number, Set<string>>()
    for (const { eventId, payloadDays } of deliveries) {
      if (this.#held.has(eventId)) continue
      const ids = missing.get(payloadDays)
      if (ids) ids.add(eventId)
      else missing.set(payloadDays, new Set([eventId]))
    }
    for (const [days, ids] of missing) {
      const read = this.#read(pool, days, [...ids].sort())
      for (const id of ids) this.#held.set(id, { body: null, uses: 0, read })
    }
    // Held before anything is awaited: others come and go meanwhile.
    const reads = new Set<Promise<void>>()
    for (const { eventId } of deliveries) {
      const held = this.#held.get(eventId)!
      held.uses++
      reads.add(held.read)
    }
    try {
      await Promise.all(reads)
    } catch (error) {
      for (const { eventId } of deliveries) this.release(eventId)
      throw error
    }
  }

  get(eventId: string): Buffer | undefined {
    return this.#held.get(eventId)?.body ?? undefined
  }

  release(eventId: string): void {
    const held = this.#held.get(eventId)
    if (held && --held.uses <= 0) this.#held.delete(eventId)
  }

  // The primary key of the class's own table; the bounds let Postgres leave out the partitions of other days.
  async #read(pool: pg.Pool, days: number, ids: string[]): Promise<void> {
    const query = {
      name: `bodies-${days}`,
      text: `select event_id as id, body from event_payloads_${days}
        where event_id = any($1::text[]) and event_id >= $2 and event_id <= $3`,
      values: [`{${ids.join()}}`, ids[0], ids.at(-1)],
      // As bytes: the text form of bytea is hexadecimal, twice as long and slow to read.
      binary: true,
      types: raw,
    }
    const { rows } = await pool.query<{ id: Buffer; body: Buffer }>(query)
    for (const row of rows) {
      const held = this.#held.get(row.id.toString('latin1'))
      if (held) held.body = row.body
    }
  }
}
