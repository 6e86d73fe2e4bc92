import type pg from 'pg'
import { claimBy, leaseClause, type ClaimedDelivery, type ClaimLimits } from './claim.ts'
import { sameRow } from './same-row.ts'

/** So many of the newest due rows are looked at. */
const lookRows = 2_000

/**
 * Claims of what became due lately, whoever has least of it first, without the workspaces named. Looks at a bounded
 * number of rows from the newest on, so that its cost is the same whatever is due. Index: delivery_queue_claim, backwards.
 */
// `held` is asked for as a number, or the index of all that is not held would do for finding each row.
export const claimQuietText = `
  with late as materialized (
    select id, endpoint_id, workspace_id, due_at, leased_until from delivery_queue
    where not held and due_at >= now() - $4::int * interval '1 ms' and due_at <= now()
    order by due_at desc, id desc limit $5
  ), turns as materialized (
    select id, endpoint_id, due_at, row_number() over (partition by workspace_id order by due_at, id) as turn from late
    where not workspace_id = any($6::text[]) and (leased_until is null or leased_until < now())
  ), chosen as materialized (
    select id, endpoint_id from turns order by turn, due_at, id limit $1
  ), locked as (
    select q.id, q.endpoint_id, q.due_at, q.size from chosen join delivery_queue q on ${sameRow('chosen')}
    where q.held::int = 0 and (q.leased_until is null or q.leased_until < now()) for update of q skip locked
  ), ${leaseClause}`

/**
 * @param backMs how long ago what is looked at became due, at most
 * @param busy the workspaces whose deliveries are left alone
 */
export function claimQuiet(
  pool: pg.Pool,
  limits: ClaimLimits,
  backMs: number,
  busy: readonly string[],
): Promise<ClaimedDelivery[]> {
  return claimBy(pool, 'claim-quiet', claimQuietText, limits, [Math.ceil(backMs), lookRows, busy])
}
