import { sql } from 'kysely'
import type pg from 'pg'
import type { Executor } from '../../db/database.ts'
import type { ClaimedDelivery } from '../dispatch/claiming/claim.ts'
import { sameRow } from '../dispatch/claiming/same-row.ts'
import { heldGate, type Gate } from './gate-store.ts'

interface Place {
  workspaceId: string
  endpointId: string
}

/** What runs a statement: a pool, or a client in a transaction. */
type Runner = Pick<pg.Pool, 'query'>

// What is being sent without the gate just now waits until its lease is over or its result is there.
const adopt = `gated = true, held = true, due_at = case when q.leased_until > now() then greatest(q.due_at, q.leased_until) else q.due_at end`

/** Moves claimed deliveries, written before their endpoint got a gate, into its keeping. */
export async function adoptStrays(pool: Runner, deliveries: readonly ClaimedDelivery[]): Promise<void> {
  await pool.query({
    name: 'adopt-strays',
    text: `update delivery_queue q set gated = true, held = true, lease = q.lease + 1, leased_until = null
      from unnest($1::text[], $2::int[], $3::text[]) as r(id, lease, endpoint_id)
      where ${sameRow('r')} and q.lease = r.lease`,
    values: [
      `{${deliveries.map(one => one.id).join()}}`,
      `{${deliveries.map(one => one.lease).join()}}`,
      `{${deliveries.map(one => one.endpointId).join()}}`,
    ],
  })
}

/**
 * Moves the oldest deliveries of an endpoint behind its new gate, in the transaction that changes the endpoint. Later ones
 * follow when they are claimed, or by housekeeping. Index: delivery_queue_by_endpoint.
 */
export async function adoptOldest(db: Executor, { workspaceId, endpointId }: Place, limit: number): Promise<void> {
  await sql`
    with oldest as (
      select id, endpoint_id, gated from delivery_queue where workspace_id = ${workspaceId} and endpoint_id = ${endpointId}
      order by id limit ${limit} for update skip locked
    )
    update delivery_queue q set ${sql.raw(adopt)} from oldest where not oldest.gated and ${sql.raw(sameRow('oldest'))}`.execute(
    db,
  )
}

/** Moves held deliveries of an endpoint behind its new gate, up to a limit. Index: delivery_queue_held. */
export async function adoptWaiting(pool: Runner, { workspaceId, endpointId }: Place, limit: number): Promise<void> {
  await pool.query({
    name: 'adopt-waiting',
    text: `
      with waiting as (
        select id, endpoint_id from delivery_queue where held and not gated and workspace_id = $1 and endpoint_id = $2
        order by due_at, id limit $3 for update skip locked
      )
      update delivery_queue q set ${adopt} from waiting where ${sameRow('waiting')}`,
    values: [workspaceId, endpointId, limit],
  })
}

/**
 * Returns deliveries of an endpoint that has no gate any more to the general claim, while the gate is held. Gives how many.
 * Indexes: delivery_queue_gated, delivery_queue_line.
 */
export async function letGo(pool: Runner, { workspaceId, endpointId, fence }: Gate, limit: number): Promise<number> {
  const { rowCount } = await pool.query({
    name: 'let-go',
    text: `
      with ${heldGate('$2', '$4')}, waiting as (
        (select id, endpoint_id from delivery_queue where gated and sequence is null and workspace_id = $1 and endpoint_id = $2
          and exists (select from gate) order by due_at, id limit $3)
        union all
        (select id, endpoint_id from delivery_queue where sequence is not null and workspace_id = $1 and endpoint_id = $2
          and exists (select from gate) order by ordering_key, sequence limit $3)
      )
      update delivery_queue q set gated = false, held = false, ordering_key = null, sequence = null, leased_until = null,
        lease = q.lease + 1
      from waiting where ${sameRow('waiting')}`,
    values: [workspaceId, endpointId, limit, fence],
  })
  return rowCount ?? 0
}

/** Takes deliveries out of the lines of an endpoint that is not ordered any more, while its gate is held. Gives how many. */
export async function leaveLines(
  pool: Runner,
  { workspaceId, endpointId, fence }: Gate,
  limit: number,
): Promise<number> {
  const { rowCount } = await pool.query({
    name: 'leave-lines',
    text: `
      with ${heldGate('$2', '$4')}, lined as (
        select id, endpoint_id from delivery_queue where sequence is not null and workspace_id = $1 and endpoint_id = $2
          and exists (select from gate) order by ordering_key, sequence limit $3
      )
      update delivery_queue q set ordering_key = null, sequence = null from lined where ${sameRow('lined')}`,
    values: [workspaceId, endpointId, limit, fence],
  })
  return rowCount ?? 0
}

/** Deliveries from before an endpoint was ordered come before everything published since. */
const before = 2 ** 52

/**
 * Gives a place in line to due deliveries without one, while the gate is held: at the end to scheduled, resent or replayed
 * ones, at the beginning to those from before the endpoint was ordered. Gives how many. Index: delivery_queue_gated.
 */
export const joinLinesText = `
  with ${heldGate('$2', '$4')}, due as materialized (
    select q.id, q.endpoint_id, q.event_id, q.ordering_key, nextval('delivery_sequence') as place from (
      select id, endpoint_id, event_id, ordering_key from delivery_queue
      where gated and sequence is null and workspace_id = $1 and endpoint_id = $2 and due_at <= now()
        and exists (select from gate)
      order by due_at, id limit $3 for update
    ) q
  )
  update delivery_queue q set
    ordering_key = coalesce(due.ordering_key, (select e.ordering_key from events e where e.id = due.event_id), ''),
    sequence = case when due.ordering_key is null then due.place - ${before} else due.place end
  from due where ${sameRow('due')}`

export async function joinLines(
  pool: Runner,
  { workspaceId, endpointId, fence }: Gate,
  limit: number,
): Promise<number> {
  const { rowCount } = await pool.query({
    name: 'join-lines',
    text: joinLinesText,
    values: [workspaceId, endpointId, limit, fence],
  })
  return rowCount ?? 0
}
