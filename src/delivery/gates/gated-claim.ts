import type pg from 'pg'
import {
  leaseClause,
  leased,
  type ClaimedDelivery,
  type ClaimedRow,
  type ClaimLimits,
} from '../dispatch/claiming/claim.ts'
import { sameRow } from '../dispatch/claiming/same-row.ts'
import { heldGate, type Gate } from './gate-store.ts'

// The leases of rows are not looked at here: who holds the gate knows which of them are its own, and a former holder's results
// do not count any more once these claims have raised the rows' `lease`.
const served = `exists (select from gate)
      and exists (select from endpoints where id = $4 and gated and mode in ('open', 'draining'))`

/**
 * Claims due deliveries of a gated endpoint without an order, oldest first, except those that its holder already has. Index:
 * delivery_queue_gated.
 */
export const claimGatedText = `
  with ${heldGate('$4', '$6')}, locked as (
    select id, endpoint_id, due_at, size from delivery_queue
    where gated and sequence is null and endpoint_id = $4 and due_at <= now() and id <> all($5::text[]) and ${served}
    order by due_at, id limit $1 for update skip locked
  ), ${leaseClause}`

/**
 * Claims the beginnings of an ordered endpoint's lines: from key $7 on, up to $6 keys that the holder does not have, and up to
 * $8 deliveries of each, without a gap. Skips a line whose first delivery waits for its retry. Steps from key to key through
 * delivery_queue_line.
 */
export const claimLinesText = `
  with recursive ${heldGate('$4', '$9')}, keys as (
    (select ordering_key, 1 as n from delivery_queue
      where sequence is not null and endpoint_id = $4 and ordering_key >= $7 and ${served}
      order by endpoint_id, ordering_key, sequence limit 1)
    union all
    select next.ordering_key, keys.n + 1 from keys, lateral (
      select ordering_key from delivery_queue
      where sequence is not null and endpoint_id = $4 and ordering_key > keys.ordering_key
      order by endpoint_id, ordering_key, sequence limit 1) next
    where keys.n < $6
  ), first as (
    select head.* from keys, lateral (
      select id, endpoint_id, size, sequence, ordering_key, row_number() over (order by sequence) as place,
        bool_and(due_at <= now()) over (order by sequence) as free
      from (
        select id, endpoint_id, size, sequence, ordering_key, due_at from delivery_queue
        where sequence is not null and endpoint_id = $4 and ordering_key = keys.ordering_key
        order by endpoint_id, ordering_key, sequence limit $8
      ) line
    ) head
    where keys.ordering_key <> all($5::text[]) and head.free
    order by head.place, head.ordering_key limit $1
  ), fitting as (
    select id, endpoint_id from (
      select id, endpoint_id, sum(size) over (order by place, ordering_key) - size as before from first
    ) l where before < $2
  ), claimed as (
    update delivery_queue q set leased_until = now() + $3::int * interval '1 ms', lease = q.lease + 1
    from fitting where ${sameRow('fitting')} and q.sequence is not null
    returning q.id, q.workspace_id, q.endpoint_id, q.event_id, q.lease, q.attempts, q.step, q.size, q.payload_days, q.due_at,
      q.ordering_key, q.sequence
  )
  select looked.keys, looked.last, c.id, c.workspace_id as "workspaceId", c.endpoint_id as "endpointId",
    c.event_id as "eventId", c.lease, c.attempts, c.step, c.size, c.payload_days as "payloadDays",
    extract(epoch from c.due_at)::float8 * 1000 as "dueAtMs", c.ordering_key as "orderingKey", c.sequence,
    e.mode, e.version, e.failures
  from (select count(*)::int as keys, max(ordering_key) as last from keys) looked
  left join claimed c on true left join endpoints e on e.id = any(array[c.endpoint_id])`

export async function claimGated(
  pool: pg.Pool,
  limits: ClaimLimits,
  { endpointId, fence }: Gate,
  had: readonly string[],
): Promise<ClaimedDelivery[]> {
  const leaseEndsAt = performance.now() + limits.leaseMs
  const { rows } = await pool.query<ClaimedRow>({
    name: 'claim-gated',
    text: claimGatedText,
    values: [limits.rows, limits.bytes, limits.leaseMs, endpointId, `{${had.join()}}`, fence],
  })
  return leased(rows, leaseEndsAt).sort((a, b) => a.dueAtMs - b.dueAtMs || (a.id < b.id ? -1 : 1))
}

export interface LineLimits extends ClaimLimits {
  keys: number
  rowsEach: number
}

/** How many keys were read, the last of them, and the deliveries claimed, those of each line in their order. */
export interface ClaimedLines {
  keys: number
  last: string | null
  claimed: ClaimedDelivery[]
}

/** @param from the first key to look at */
export async function claimLines(
  pool: pg.Pool,
  limits: LineLimits,
  { endpointId, fence }: Gate,
  hadKeys: readonly string[],
  from: string,
): Promise<ClaimedLines> {
  const leaseEndsAt = performance.now() + limits.leaseMs
  const { rows } = await pool.query<ClaimedRow & { keys: number; last: string | null }>({
    name: 'claim-lines',
    text: claimLinesText,
    values: [limits.rows, limits.bytes, limits.leaseMs, endpointId, hadKeys, limits.keys, from, limits.rowsEach, fence],
  })
  const { keys = 0, last = null } = rows[0] ?? {}
  // One row is there in any case, for what was looked at.
  const claimed = rows.filter(row => row.id !== null)
  return { keys, last, claimed: leased(claimed, leaseEndsAt).sort((a, b) => a.sequence! - b.sequence!) }
}
