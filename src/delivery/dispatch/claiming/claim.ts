import type pg from 'pg'
import type { EndpointMode } from '../../contract.ts'
import { sameRow } from './same-row.ts'

/** A delivery that this process may send until its lease ends. */
export interface ClaimedDelivery {
  id: string
  workspaceId: string
  endpointId: string
  eventId: string
  lease: number
  attempts: number
  step: number
  size: number
  payloadDays: number
  dueAtMs: number
  /** Null when the endpoint is gone. */
  mode: EndpointMode | null
  version: number | null
  failures: number | null
  /** Of a delivery that stands in an ordered endpoint's line. */
  orderingKey?: string | null
  sequence?: number | null
  /** It was held, and claimed by its endpoint's lane. */
  wasHeld?: true
  /** Of `performance.now()`: counted from before the claim, so it ends here before it ends there. */
  leaseEndsAt: number
}

/** A claimed delivery as the statement gives it. */
export interface ClaimedRow extends Omit<ClaimedDelivery, 'leaseEndsAt'> {
  leaseEndsAt?: number
}

/** Claimed rows as what may be sent until an instant of `performance.now()`: the same objects, as there are many. */
export function leased(rows: ClaimedRow[], leaseEndsAt: number): ClaimedDelivery[] {
  for (const row of rows) row.leaseEndsAt = leaseEndsAt
  return rows as ClaimedDelivery[]
}

// What both claims have in common: of the locked rows those whose bytes fit, the first one in any case, get the lease.
export const leaseClause = `
  fitting as (
    select id, endpoint_id from (select id, endpoint_id, sum(size) over (order by due_at, id) - size as before from locked) as l where before < $2
  ), claimed as (
    update delivery_queue q set leased_until = now() + $3::int * interval '1 ms', lease = q.lease + 1
    from fitting where ${sameRow('fitting')}
    returning q.id, q.workspace_id, q.endpoint_id, q.event_id, q.lease, q.attempts, q.step, q.size, q.payload_days, q.due_at
  )
  select c.id, c.workspace_id as "workspaceId", c.endpoint_id as "endpointId", c.event_id as "eventId", c.lease, c.attempts,
    c.step, c.size, c.payload_days as "payloadDays", extract(epoch from c.due_at)::float8 * 1000 as "dueAtMs",
    e.mode, e.version, e.failures
  from claimed c left join endpoints e on e.id = any(array[c.endpoint_id])`

/**
 * Claims what is due, oldest first. Index: delivery_queue_claim. It starts at `from`, since what is before it was claimed
 * already and, while an old snapshot keeps the dead rows from being removed, would be read again by every claim.
 */
export const claimDueText = `
  with locked as (
    select id, endpoint_id, due_at, size from delivery_queue
    where not held and due_at >= $4::timestamptz and due_at <= now() and (leased_until is null or leased_until < now())
    order by due_at, id limit $1 for update skip locked
  ), ${leaseClause}`

/** Claims what is held of one open endpoint, oldest first. Index: delivery_queue_held. */
export const claimHeldText = `
  with locked as (
    select id, endpoint_id, due_at, size from delivery_queue
    where held and not gated and endpoint_id = $4 and due_at <= now() and (leased_until is null or leased_until < now())
      and exists (select from endpoints where id = $4 and mode = 'open')
    order by due_at, id limit $1 for update skip locked
  ), ${leaseClause}`

export interface ClaimLimits {
  rows: number
  bytes: number
  leaseMs: number
}

/** @param from the earliest due time to look at, in milliseconds since 1970; -Infinity for all */
export function claimDue(pool: pg.Pool, limits: ClaimLimits, from: number): Promise<ClaimedDelivery[]> {
  return claimBy(pool, 'claim-due', claimDueText, limits, [
    Number.isFinite(from) ? new Date(from).toISOString() : '-infinity',
  ])
}

export async function claimHeld(pool: pg.Pool, limits: ClaimLimits, endpointId: string): Promise<ClaimedDelivery[]> {
  const claimed = await claimBy(pool, 'claim-held', claimHeldText, limits, [endpointId])
  for (const delivery of claimed) delivery.wasHeld = true
  return claimed
}

/** Runs a statement that claims; its first parameters are the limits. Gives what it claimed, oldest first. */
export async function claimBy(
  pool: pg.Pool,
  name: string,
  text: string,
  limits: ClaimLimits,
  others: readonly unknown[],
): Promise<ClaimedDelivery[]> {
  const leaseEndsAt = performance.now() + limits.leaseMs
  const { rows } = await pool.query<ClaimedRow>({
    name,
    text,
    values: [limits.rows, limits.bytes, limits.leaseMs, ...others],
  })
  return leased(rows, leaseEndsAt).sort((a, b) => a.dueAtMs - b.dueAtMs || (a.id < b.id ? -1 : 1))
}

export const renewLeasesText = `
  update delivery_queue q set leased_until = now() + $3::int * interval '1 ms'
  from unnest($1::text[], $2::int[], $4::text[]) as r(id, lease, endpoint_id)
  where ${sameRow('r')} and q.lease = r.lease returning q.id`

/** Prolongs leases; gives the ids of those that were still held. */
export async function renewLeases(
  pool: pg.Pool,
  deliveries: readonly ClaimedDelivery[],
  leaseMs: number,
): Promise<Set<string>> {
  const { rows } = await pool.query<{ id: string }>({
    name: 'renew-leases',
    text: renewLeasesText,
    values: [
      `{${deliveries.map(one => one.id).join()}}`,
      `{${deliveries.map(one => one.lease).join()}}`,
      leaseMs,
      `{${deliveries.map(one => one.endpointId).join()}}`,
    ],
  })
  return new Set(rows.map(row => row.id))
}
