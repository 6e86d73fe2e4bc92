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

/** How many refreshes one owner may have under way, and how many each has. */
export interface Share {
  most: number
  underway: ReadonlyMap<string, number>
}

/** Who may have how many of a process's refreshes, the claimed ones included: as many as there are unless given. */
export interface Shares {
  workspaces?: Share
  /** By what `serverOf` names. */
  servers?: Share
}

/** The token endpoint of a lease, as far as it is known. */
export function serverOf({ provider, tokenHost }: RefreshLease): string {
  return `${provider} ${tokenHost ?? ''}`
}

/** Of so many that are due the shares are counted at once. */
const looksAt = (limit: number) => 8 * limit + 64
const anyNumber = 1_000_000
const noShare: Share = { most: anyNumber, underway: new Map() }

/**
 * Takes the leases of up to `limit` connections whose refresh is due, those first whose holder died with an answer
 * outstanding: their provider's grace for re-use is running. Nobody gets more than the share. When it gives none there is none.
 */
export async function leaseDue(
  hub: ConnectionParts,
  limit: number,
  owner: string,
  { workspaces = noShare, servers = noShare }: Shares = {},
): Promise<RefreshLease[]> {
  const { leaseMs } = hub.connectionSettings
  const untilMs = Date.now() + leaseMs
  const [owners, places] = [[...workspaces.underway], [...servers.underway]]
  const full = ({ most, underway }: Share) => [...underway].filter(([, count]) => count >= most).map(([name]) => name)
  // Over connections_leased and connections_refresh_due; the sweep crosses workspaces and takes each row's own along.
  const { rows } = await hub.pool.query<LeasedRow>({
    name: 'connections-lease-due',
    text: `with abandoned as (
        select id, workspace_id, ambiguous_since from connections
        where lease_owner is not null and lease_until < now() and recovery is null
          and status in ('connected', 'degraded', 'error')
        order by lease_until limit $1 for update skip locked
      ), first as (
        select id, workspace_id, provider || ' ' || coalesce(token_host, '') as server, refresh_at from connections
        where refresh_at <= now() and recovery is null and status in ('connected', 'degraded', 'error')
          and lease_owner is null
          and workspace_id <> all($4::text[]) and provider || ' ' || coalesce(token_host, '') <> all($5::text[])
        order by refresh_at, id limit $6
      ), turns as (
        select first.*,
          row_number() over (partition by workspace_id order by refresh_at, id) + coalesce(w.underway, 0) as turn,
          row_number() over (partition by server order by refresh_at, id) + coalesce(s.underway, 0) as server_turn
        from first
        left join unnest($7::text[], $8::int[]) as w (name, underway) on w.name = first.workspace_id
        left join unnest($9::text[], $10::int[]) as s (name, underway) on s.name = first.server
      ), due as (
        select c.id, c.workspace_id, c.ambiguous_since
        from turns t join connections c on c.id = t.id and c.workspace_id = t.workspace_id
        where t.turn <= $11 and t.server_turn <= $12 and c.lease_owner is null
          and c.refresh_at <= now() and c.recovery is null and c.status in ('connected', 'degraded', 'error')
        order by t.refresh_at, t.id limit $1 for update of c skip locked
      ), taken as (select * from abandoned union all select * from due limit $1)
      update connections c
      set lease_owner = $2, lease_until = now() + $3 * interval '1 millisecond',
          ambiguous_since = coalesce(c.ambiguous_since, now())
      from taken where c.id = taken.id and c.workspace_id = taken.workspace_id
      returning ${leasedColumns}`,
    values: [
      ...[limit, owner, leaseMs, full(workspaces), full(servers), looksAt(limit)],
      ...[owners.map(([name]) => name), owners.map(([, count]) => count)],
      ...[places.map(([name]) => name), places.map(([, count]) => count)],
      ...[workspaces.most, servers.most],
    ],
  })
  return rows.map(row => leased(row, owner, untilMs))
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
