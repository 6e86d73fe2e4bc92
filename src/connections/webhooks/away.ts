import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import type { ConnectionParts } from '../parts.ts'

/** Each process that receives webhooks says so this often. */
const beatEveryMs = 30_000

/** When no process has said so for this long, the hub was away: a restart takes less. */
const awayAfterMs = 180_000

/**
 * Notes that this process receives webhooks, and, where none did for a while, since when. A time away that is not dealt with
 * yet is prolonged. One row, by its key.
 */
export async function beatReceiving(pool: pg.Pool): Promise<void> {
  await pool.query({
    name: 'beat_receiving',
    text: `insert into webhook_receiving as r (alive_at) values (now())
      on conflict (one) do update set
        away_from = case when r.alive_at >= now() - $1 * interval '1 millisecond' then r.away_from
          when r.away_until is distinct from r.marked_until then least(r.away_from, r.alive_at) else r.alive_at end,
        away_until = case when r.alive_at < now() - $1 * interval '1 millisecond' then now() else r.away_until end,
        marked_to = case when r.alive_at >= now() - $1 * interval '1 millisecond' then r.marked_to end,
        alive_at = now()`,
    values: [awayAfterMs],
  })
}

/** Says so at once and from then on, until the signal. A beat that fails is one that is missing. */
export async function keepBeating(hub: ConnectionParts, stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    await beatReceiving(hub.pool).catch((error: unknown) =>
      hub.log.warn({ err: error }, 'it could not be noted that webhooks are received'),
    )
    await sleep(beatEveryMs, undefined, { signal: stop, ref: false }).catch(() => undefined)
  }
}

/** When the hub was back after the last time in which it received no webhooks; null when there was none. */
export async function backSince(pool: pg.Pool): Promise<Date | null> {
  const { rows } = await pool.query<{ until: Date | null }>({
    name: 'receiving_back_since',
    text: 'select away_until as "until" from webhook_receiving',
  })
  return rows[0]?.until ?? null
}
