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

/** What is read of a connection whose lease is taken. */
export interface LeasedRow {
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
export const leasedColumns = `c.id, c.workspace_id, c.provider, c.provider_app_id, c.auth_kind, c.method, c.config, c.scopes, c.token_host,
        c.generation, taken.ambiguous_since as ambiguous_before, c.absolute_expires_at`

export const leasedOf = (row: LeasedRow, owner: string, untilMs: number): RefreshLease => ({
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
 * exactly that behind, and a connection that is due, which the sweep takes over once the lease has passed.
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
          ambiguous_since = coalesce(c.ambiguous_since, now()), refresh_at = least(c.refresh_at, now())
      from taken where c.id = taken.id and c.workspace_id = $1
      returning ${leasedColumns}`,
    values: [workspaceId, connectionId, generation, owner, leaseMs],
  })
  return rows[0] && leasedOf(rows[0], owner, untilMs)
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
