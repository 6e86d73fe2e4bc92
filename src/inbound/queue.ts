import { sql } from 'kysely'
import type pg from 'pg'
import type { Executor } from '../db/database.ts'
import type { Hub } from '../hub.ts'
import { claimBytes, claimLeaseMs, claimLimit, retryDelayMs } from './policy.ts'

/** A webhook that waits to be routed, claimed for a while. */
export interface ClaimedEvent {
  id: string
  /** Null when it came to the environment's app, until it is routed. */
  workspaceId: string | null
  provider: string
  providerAppId: string | null
  /** Where it went before, when it is replayed. */
  connectionId: string | null
  accountId: string | null
  type: string
  deliveryId: string
  headers: Record<string, string>
  body: Buffer
  receivedAt: Date
  /** Which claim this is: only its holder may finish it. */
  attempts: number
}

// Index inbound_queue_by_due; the events are found by key in the partition of their day. What is locked and over the
// bound in bytes is left for the next claim.
const claimStatement = `
  with due as (
    select event_id, due_at, bytes from inbound_queue
    where due_at <= now() order by due_at, event_id limit $1 for update skip locked
  ), measured as (
    select event_id, sum(bytes) over (order by due_at, event_id) - bytes as before from due
  ), claimed as (
    update inbound_queue q set due_at = now() + $2::float8 * interval '1 ms', attempts = q.attempts + 1
    from measured m where q.event_id = m.event_id and m.before < $3 returning q.event_id, q.attempts
  )
  select e.id, e.workspace_id as "workspaceId", e.provider, e.provider_app_id as "providerAppId",
    e.connection_id as "connectionId", e.account_id as "accountId", e.type, e.delivery_id as "deliveryId", e.headers,
    e.body, e.received_at as "receivedAt", c.attempts
  from claimed c join inbound_events e on e.id = c.event_id order by e.id`

/** Claims what is due, oldest first, bounded in number and bytes. The claim is good for `claimLeaseMs`. */
export async function claimArrived(hub: Hub): Promise<ClaimedEvent[]> {
  const { rows } = await hub.pool.query<ClaimedEvent>({
    name: 'claim_inbound',
    text: claimStatement,
    values: [claimLimit, claimLeaseMs, claimBytes],
  })
  return rows
}

/** Takes events out of the queue; gives the ids of those whose claim was still held. */
export async function finish(db: Executor, events: ClaimedEvent[]): Promise<Set<string>> {
  const { rows } = await sql<{ event_id: string }>`
    delete from inbound_queue q
    using unnest(${events.map(event => event.id)}::text[], ${events.map(event => event.attempts)}::int[])
      as claim (event_id, attempts)
    where q.event_id = claim.event_id and q.attempts = claim.attempts returning q.event_id`.execute(db)
  return new Set(rows.map(row => row.event_id))
}

/** Gives a claim back, to be tried again after its backoff. */
export async function postpone(db: Executor, event: ClaimedEvent): Promise<void> {
  await db
    .updateTable('inbound_queue')
    .set({ due_at: new Date(Date.now() + retryDelayMs(event.attempts)) })
    .where('event_id', '=', event.id)
    .where('attempts', '=', event.attempts)
    .execute()
}

/** How long until something is due, 0 when it is; null when nothing waits. */
export async function nextDueMs(pool: pg.Pool): Promise<number | null> {
  const { rows } = await pool.query<{ wait: number | null }>({
    name: 'inbound_next_due',
    text: 'select (extract(epoch from min(due_at) - now()) * 1000)::float8 as wait from inbound_queue',
  })
  const wait = rows[0]?.wait ?? null
  return wait === null ? null : Math.max(0, Math.ceil(wait))
}
