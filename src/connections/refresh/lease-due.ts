import type { ConnectionParts } from '../parts.ts'
import { leasedColumns, leasedOf, type LeasedRow, type RefreshLease } from './lease-store.ts'

/** How many refreshes each owner has under way, and how many are its share. */
export interface Share {
  most: number
  underway: ReadonlyMap<string, number>
}

/** How a process shares its refreshes. */
export interface Shares {
  workspaces: Share
  /** By what `serverOf` names. */
  servers: Share
  /** Workspaces with a refresh that has failed lately: they come after others that have none under way. */
  failing: readonly string[]
}

/**
 * What is taken in this order: of workspaces that have none under way; of such whose refreshes have failed lately; of workspaces
 * and servers with less than their share; of such workspaces, whatever their server; and any.
 */
const kinds = ['none', 'failing', 'shared', 'workspaces', 'any'] as const
export type Kind = (typeof kinds)[number]

/** How many may be taken of each kind, all before included: so many less that something is left for those. */
export type Room = Record<Kind, number>

/** The token endpoint of a lease, as far as it is known. */
export function serverOf({ provider, tokenHost }: RefreshLease): string {
  return `${provider} ${tokenHost ?? ''}`
}

/** So many claims whose time has passed are looked through at once. */
const lapsedAtOnce = 32

/** Of so many that are due the shares are counted at once. */
const looksAt = (limit: number) => 3 * limit + 64

/** What a look has found. */
export interface Look {
  leases: RefreshLease[]
  /** Whether it has looked at all that is due, but for those it was to pass over. */
  whole: boolean
}

/**
 * Takes the leases of connections whose refresh is due, as far as there is room for them, those first whose holder died with an
 * answer outstanding: their provider's grace for re-use is running.
 * @param passOver workspaces that are not looked at: a look sees no further than some hundred rows
 */
export async function leaseDue(
  hub: ConnectionParts,
  room: Room,
  owner: string,
  { workspaces, servers, failing }: Shares,
  passOver: readonly string[],
): Promise<Look> {
  const { leaseMs } = hub.connectionSettings
  const untilMs = Date.now() + leaseMs
  const rooms = kinds.map(kind => room[kind])
  const limit = Math.max(...rooms)
  const [owners, places] = [[...workspaces.underway], [...servers.underway]]
  // Over refresh_claims_lapsed and connections_refresh_due; the sweep crosses workspaces and takes each row's own along. What a lapsed
  // claim names is looked up by the primary key, one by one whatever is estimated; one with nothing left of it goes.
  const { rows } = await hub.pool.query<(LeasedRow | { id: null }) & { seen: number }>({
    name: 'connections-lease-due',
    text: `with lapsed as (
        select id, owner, connection_ids from refresh_claims
        where until < now() order by until limit ${lapsedAtOnce} for update skip locked
      ), held as materialized (
        select l.id as claim_id, l.owner, c.id, c.workspace_id
        from lapsed l cross join unnest(l.connection_ids) as claimed (id) cross join lateral (
          select id, workspace_id from connections
          where id = claimed.id and lease_owner = l.owner and recovery is null
            and status in ('connected', 'degraded', 'error')
          offset 0
        ) c
      ), abandoned as (
        select c.id, c.workspace_id, c.ambiguous_since from held h cross join lateral (
          select id, workspace_id, ambiguous_since from connections
          where id = h.id and workspace_id = h.workspace_id and lease_owner = h.owner for update skip locked
        ) c limit $1
      ), settled as (
        delete from refresh_claims k using lapsed
        where k.id = lapsed.id and k.id not in (
          select h.claim_id from held h where h.id not in (select id from abandoned)
        )
      ), first as (
        select id, workspace_id, provider || ' ' || coalesce(token_host, '') as server, refresh_at from connections
        where refresh_at <= now() and recovery is null and status in ('connected', 'degraded', 'error')
          and (lease_owner is null or lease_until < now()) and workspace_id <> all($4::text[])
        order by refresh_at, id limit $5
      ), turns as (
        select first.*,
          row_number() over (partition by workspace_id order by refresh_at, id) + coalesce(w.underway, 0) as turn,
          row_number() over (partition by server order by refresh_at, id) + coalesce(s.underway, 0) as server_turn
        from first
        left join unnest($6::text[], $7::int[]) as w (name, underway) on w.name = first.workspace_id
        left join unnest($8::text[], $9::int[]) as s (name, underway) on s.name = first.server
      ), kinds as (
        select *, case when turn = 1 and workspace_id <> all($10::text[]) then 1 when turn = 1 then 2
          when turn <= $11 and server_turn <= $12 then 3 when turn <= $11 then 4 else 5 end as kind
        from turns
      ), places as (select *, row_number() over (order by kind, refresh_at, id) as place from kinds), due as (
        select c.id, c.workspace_id, c.ambiguous_since
        from places p join connections c on c.id = p.id and c.workspace_id = p.workspace_id
        where p.place <= ($13::int[])[p.kind] and (c.lease_owner is null or c.lease_until < now())
          and c.refresh_at <= now() and c.recovery is null and c.status in ('connected', 'degraded', 'error')
        order by p.place limit $1 for update of c skip locked
      ), taken as (select * from abandoned union all select * from due where id not in (select id from abandoned) limit $1), leased as (
        update connections c
        set lease_owner = $2, lease_until = now() + $3 * interval '1 millisecond',
            ambiguous_since = coalesce(c.ambiguous_since, now())
        from taken where c.id = taken.id and c.workspace_id = taken.workspace_id
        returning ${leasedColumns}
      ), noted as (
        insert into refresh_claims (owner, until, connection_ids)
        select $2, now() + $3 * interval '1 millisecond', array_agg(id) from leased having count(*) > 0
      )
      select leased.*, looked.seen from (select count(*)::int as seen from first) looked left join leased on true`,
    values: [
      ...[limit, owner, leaseMs, passOver, looksAt(limit)],
      ...[owners.map(([name]) => name), owners.map(([, count]) => count)],
      ...[places.map(([name]) => name), places.map(([, count]) => count)],
      ...[failing, workspaces.most, servers.most, rooms],
    ],
  })
  const leases = rows.flatMap(row => (row.id === null ? [] : [leasedOf(row, owner, untilMs)]))
  return { leases, whole: rows[0]!.seen < looksAt(limit) }
}
