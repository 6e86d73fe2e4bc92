import { sql } from 'kysely'
import type pg from 'pg'
import type { Executor } from '../../db/database.ts'
import type { ConnectionParts } from '../../connections/parts.ts'
import { claimBytes, claimLeaseMs, claimLimit, retryDelayMs } from '../policy.ts'

/** So many of the newest are looked at for those that wait behind a backlog. */
const lateRows = 2_000

/** A webhook that waits to be routed, claimed for a while. */
export interface ClaimedEvent {
  id: string
  /** Null when it came to the environment's app, until it is routed. */
  workspaceId: string | null
  provider: string
  providerAppId: string | null
  /** Where it went before, when it is replayed; or whose address it came to. */
  connectionId: string | null
  /** The address with a key that it came to. */
  addressId: string | null
  /** The source that it came from, whose slug then is the provider. */
  sourceId: string | null
  accountId: string | null
  type: string
  deliveryId: string
  headers: Record<string, string>
  body: Buffer
  receivedAt: Date
  /** The connection up to which it has been routed already; null when to none. */
  routedTo: string | null
  /** Which claim this is: only its holder may finish it. */
  attempts: number
}

// The events are found by key in the partition of their day. What is locked and over the bound in bytes is left for the next
// claim.
const claimStatement = (due: string) => `
  with ${due}, measured as (
    select event_id, sum(bytes) over (order by due_at, event_id) - bytes as before from due
  ), claimed as (
    update inbound_queue q set due_at = now() + $2::float8 * interval '1 ms', attempts = q.attempts + 1
    from measured m where q.event_id = m.event_id and m.before < $3 returning q.event_id, q.attempts, q.routed_to
  )
  select e.id, e.workspace_id as "workspaceId", e.provider, e.provider_app_id as "providerAppId",
    e.connection_id as "connectionId", e.address_id as "addressId", e.source_id as "sourceId", e.account_id as "accountId", e.type, e.delivery_id as "deliveryId", e.headers,
    e.body, e.received_at as "receivedAt", c.routed_to as "routedTo", c.attempts
  from claimed c join inbound_events e on e.id = c.event_id order by e.id`

/** Index: inbound_queue_by_due. */
export const claimArrivedText = claimStatement(`due as (
    select event_id, due_at, bytes from inbound_queue
    where due_at <= now() order by due_at, event_id limit $1 for update skip locked
  )`)

/** Index: inbound_queue_by_due, backwards over a bounded number of rows; then by key. */
export const claimLateText = claimStatement(`late as materialized (
    select event_id, due_at, coalesce(provider_app_id, provider) as app from inbound_queue
    where due_at <= now() order by due_at desc, event_id desc limit $5
  ), turns as materialized (
    select event_id, due_at, row_number() over (partition by app order by due_at, event_id) as turn from late
    where not app = any($4::text[])
  ), due as (
    select event_id, due_at, bytes from inbound_queue
    where event_id = any(array(select event_id from turns order by turn, due_at, event_id limit $1)) and due_at <= now()
    for update skip locked
  )`)

/** Claims what is due, oldest first, bounded in number and bytes. The claim is good for `claimLeaseMs`. */
export async function claimArrived(hub: ConnectionParts): Promise<ClaimedEvent[]> {
  const { rows } = await hub.pool.query<ClaimedEvent>({
    name: 'claim_inbound',
    text: claimArrivedText,
    values: [claimLimit, claimLeaseMs, claimBytes],
  })
  return rows
}

/** Claims what came lately, whichever app has least of it first, past the backlog of the apps named by `appOf`. */
export async function claimLate(hub: ConnectionParts, busyApps: readonly string[]): Promise<ClaimedEvent[]> {
  const { rows } = await hub.pool.query<ClaimedEvent>({
    name: 'claim_inbound_late',
    text: claimLateText,
    values: [claimLimit, claimLeaseMs, claimBytes, busyApps, lateRows],
  })
  return rows
}

/**
 * Renews the claims that are still held and would end within their lease. What a transaction has locked just now is passed
 * over: nobody claims it either.
 */
export async function renewClaims(hub: ConnectionParts, events: readonly ClaimedEvent[]): Promise<void> {
  await hub.pool.query({
    name: 'renew_inbound_claims',
    text: `with held as (
        select q.event_id from inbound_queue q
          join unnest($1::text[], $2::int[]) as claim (event_id, attempts) using (event_id, attempts)
        where q.due_at < now() + $3::float8 * interval '1 ms' for update of q skip locked
      )
      update inbound_queue q set due_at = now() + $3::float8 * interval '1 ms' from held where q.event_id = held.event_id`,
    values: [events.map(event => event.id), events.map(event => event.attempts), claimLeaseMs],
  })
}

/** Whose webhook it is, where apps take turns. */
export function appOf({ providerAppId, provider }: ClaimedEvent): string {
  return providerAppId ?? provider
}

/**
 * Removes events from the queue. Gives the ids of those whose claim was still held. Also forgets their content keys: the same
 * bytes count as another delivery from now on.
 */
export async function finish(db: Executor, events: ClaimedEvent[]): Promise<Set<string>> {
  const { rows } = await sql<{ event_id: string }>`
    with claim as (
      select * from unnest(
        ${events.map(event => event.id)}::text[], ${events.map(event => event.attempts)}::int[],
        ${events.map(event => event.routedTo)}::text[]
      ) as t (event_id, attempts, routed_to)
    ), finished as (
      delete from inbound_queue q using claim c
      where q.event_id = c.event_id and q.attempts = c.attempts and q.routed_to is not distinct from c.routed_to
      returning q.event_id, q.provider, q.provider_app_id, q.scope, q.content_key
    ), forgotten as (
      delete from inbound_keys k using finished f
      where k.app = coalesce(f.scope, f.provider_app_id, 'environment/' || f.provider) and k.delivery_id = f.content_key
    )
    select event_id from finished`.execute(db)
  return new Set(rows.map(row => row.event_id))
}

/** Notes how far an event has been routed, and renews its claim; gives whether that was still held. */
export async function advance(db: Executor, event: ClaimedEvent, routedTo: string): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('inbound_queue')
    .set({ routed_to: routedTo, due_at: new Date(Date.now() + claimLeaseMs) })
    .where('event_id', '=', event.id)
    .where('attempts', '=', event.attempts)
    .where('routed_to', 'is not distinct from', event.routedTo)
    .executeTakeFirst()
  return numUpdatedRows === 1n
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
