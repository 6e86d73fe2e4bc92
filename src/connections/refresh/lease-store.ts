import type { Executor } from '../../db/database.ts'
import type { ConnectionParts } from '../parts.ts'
import { methodIn } from '../store.ts'

/** The right to spend a connection's refresh token until `untilMs` (this process's clock, on the safe side). */
export interface RefreshLease {
  workspaceId: string
  connectionId: string
  provider: string
  providerAppId: string | null
  /** The id of the method by which it is connected. */
  method: string
  config: Record<string, string>
  scopes: string[]
  /** The host of the token endpoint that failed last, where it is not the catalogue's own. */
  tokenHost: string | null
  owner: string
  /** The credential that may be spent: what a stored token has to find unchanged. */
  generation: number
  /** Since when an answer of this generation is missing, this attempt not counted. */
  ambiguousSince: Date | null
  absoluteExpiresAt: Date | null
  untilMs: number
}

interface LeasedRow {
  id: string
  workspace_id: string
  provider: string
  provider_app_id: string | null
  auth_kind: string
  method: string | null
  config: Record<string, string>
  scopes: string[]
  token_host: string | null
  generation: number
  ambiguous_before: Date | null
  absolute_expires_at: Date | null
}

/** Of a connection `c`, whose row before was `taken`. */
const leasedColumns = `c.id, c.workspace_id, c.provider, c.provider_app_id, c.auth_kind, c.method, c.config, c.scopes, c.token_host,
        c.generation, taken.ambiguous_since as ambiguous_before, c.absolute_expires_at`

const leased = (row: LeasedRow, owner: string, untilMs: number): RefreshLease => ({
  workspaceId: row.workspace_id,
  connectionId: row.id,
  provider: row.provider,
  providerAppId: row.provider_app_id,
  method: methodIn(row),
  config: row.config,
  scopes: row.scopes,
  tokenHost: row.token_host,
  owner,
  generation: row.generation,
  ambiguousSince: row.ambiguous_before,
  absoluteExpiresAt: row.absolute_expires_at,
  untilMs,
})

/**
 * Takes the lease of one connection if it is free and the credential still is of `generation`; undefined when not. From
 * here until its outcome is recorded the attempt counts as one whose answer may be missing: a holder that is killed leaves
 * exactly that behind.
 */
export async function takeLease(
  hub: ConnectionParts,
  workspaceId: string,
  connectionId: string,
  generation: number,
  owner: string,
): Promise<RefreshLease | undefined> {
  const { leaseMs } = hub.connectionSettings
  const untilMs = Date.now() + leaseMs
  // By the primary key.
  const { rows } = await hub.pool.query<LeasedRow>({
    name: 'connections-take-lease',
    text: `with taken as (
        select id, ambiguous_since from connections
        where workspace_id = $1 and id = $2 and generation = $3
          and (lease_until is null or lease_until < now())
          and status in ('pending', 'connected', 'degraded', 'error')
        for update skip locked
      )
      update connections c
      set lease_owner = $4, lease_until = now() + $5 * interval '1 millisecond',
          ambiguous_since = coalesce(c.ambiguous_since, now())
      from taken where c.id = taken.id and c.workspace_id = $1
      returning ${leasedColumns}`,
    values: [workspaceId, connectionId, generation, owner, leaseMs],
  })
  return rows[0] && leased(rows[0], owner, untilMs)
}

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
  // Over connections_leased and connections_refresh_due; the sweep crosses workspaces and takes each row's own along.
  const { rows } = await hub.pool.query<(LeasedRow | { id: null }) & { seen: number }>({
    name: 'connections-lease-due',
    text: `with abandoned as (
        select id, workspace_id, ambiguous_since from connections
        where lease_owner is not null and lease_until < now() and recovery is null
          and status in ('connected', 'degraded', 'error')
        order by lease_until limit $1 for update skip locked
      ), first as (
        select id, workspace_id, provider || ' ' || coalesce(token_host, '') as server, refresh_at from connections
        where refresh_at <= now() and recovery is null and status in ('connected', 'degraded', 'error')
          and lease_owner is null and workspace_id <> all($4::text[])
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
        where p.place <= ($13::int[])[p.kind] and c.lease_owner is null
          and c.refresh_at <= now() and c.recovery is null and c.status in ('connected', 'degraded', 'error')
        order by p.place limit $1 for update of c skip locked
      ), taken as (select * from abandoned union all select * from due limit $1), leased as (
        update connections c
        set lease_owner = $2, lease_until = now() + $3 * interval '1 millisecond',
            ambiguous_since = coalesce(c.ambiguous_since, now())
        from taken where c.id = taken.id and c.workspace_id = taken.workspace_id
        returning ${leasedColumns}
      )
      select leased.*, looked.seen from (select count(*)::int as seen from first) looked left join leased on true`,
    values: [
      ...[limit, owner, leaseMs, passOver, looksAt(limit)],
      ...[owners.map(([name]) => name), owners.map(([, count]) => count)],
      ...[places.map(([name]) => name), places.map(([, count]) => count)],
      ...[failing, workspaces.most, servers.most, rooms],
    ],
  })
  const leases = rows.flatMap(row => (row.id === null ? [] : [leased(row, owner, untilMs)]))
  return { leases, whole: rows[0]!.seen < looksAt(limit) }
}

/** Gives the lease back as if it had not been taken: nothing was sent. `notDue`: because there is nothing to spend. */
export async function returnLease(db: Executor, lease: RefreshLease, notDue = false): Promise<void> {
  await db
    .updateTable('connections')
    .set({
      lease_owner: null,
      lease_until: null,
      ambiguous_since: lease.ambiguousSince,
      ...(notDue ? { refresh_at: null } : {}),
    })
    .where('workspace_id', '=', lease.workspaceId)
    .where('id', '=', lease.connectionId)
    .where('generation', '=', lease.generation)
    .where('lease_owner', '=', lease.owner)
    .execute()
}
