import type { DeliveryParts } from '../parts.ts'
import { sameRow } from '../dispatch/claiming/same-row.ts'
import { lowestIdAt } from '../../ids.ts'
import { payloadClasses } from '../delivery-settings.ts'

const dayMs = 86_400_000
/** Deliveries of earlier days have no history any more. */
const historyDays = 90

/**
 * Ends deliveries that waited until their payload expired (behind an endless pause, for example), up to a limit for each
 * retention class. Writes them to history while the partition of their day exists. Gives how many it ended. Reads by the
 * primary key, so younger rows cost nothing.
 */
export async function expireWaiting(hub: DeliveryParts, limit: number): Promise<number> {
  const now = Date.now()
  const midnight = now - (now % dayMs)
  const firstKept = lowestIdAt('delivery', new Date(midnight - historyDays * dayMs))
  let ended = 0
  for (const days of payloadClasses) {
    // A payload goes with its day. Those of the longest class go together with the history: so they end a day before.
    const age = Math.min(days + 1, historyDays - 1)
    const { rows } = await hub.pool.query<{ count: number }>({
      name: 'expire-waiting',
      text: `
        with waiting as (
          select id, endpoint_id from delivery_queue
          where id < $1 and payload_days = $2 and (leased_until is null or leased_until < now())
          order by id limit $3 for update skip locked
        ), done as (
          delete from delivery_queue q using waiting where ${sameRow('waiting')}
          returning q.id, q.workspace_id, q.endpoint_id, q.event_id, q.attempts, q.last_error
        ), finished as (
          insert into deliveries (id, workspace_id, endpoint_id, event_id, status, reason, attempts, finished_at, error)
          select id, workspace_id, endpoint_id, event_id, 'failed', 'payload_expired', attempts, now(), last_error
          from done where id >= $4
        )
        select count(*) as count from done`,
      values: [lowestIdAt('delivery', new Date(now - age * dayMs)), days, limit, firstKept],
    })
    ended += rows[0]?.count ?? 0
  }
  return ended
}
