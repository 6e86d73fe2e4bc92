import { sql } from 'kysely'
import type { Executor } from '../../db/database.ts'
import type { ConnectionRef, ProbeResult, TokenServer } from '../contract.ts'
import type { ConnectionParts } from '../parts.ts'

/** A token endpoint's workflow shows itself for all that it holds, and says by when it will again. */
export async function extendProviderRecovery(
  db: Executor,
  { provider, host }: TokenServer,
  forMs: number,
): Promise<void> {
  await db
    .updateTable('connections')
    .set({ recovery_until: sql<Date>`now() + ${forMs} * interval '1 millisecond'` })
    .where('recovery', '=', 'provider')
    .where('provider', '=', provider)
    .where('token_host', 'is not distinct from', host)
    .execute()
}

/**
 * Connections that a token endpoint's workflow holds: one of each workspace, the one that was tried least lately, and those
 * workspaces first that were.
 */
export async function nextProbes(
  hub: ConnectionParts,
  { provider, host }: TokenServer,
  limit: number,
): Promise<ConnectionRef[]> {
  // Over connections_in_recovery.
  const { rows } = await hub.pool.query<ConnectionRef>({
    name: 'connections-next-probes',
    text: `select "connectionId", "workspaceId", provider from (
        select distinct on (workspace_id) id as "connectionId", workspace_id as "workspaceId", provider, updated_at
        from connections where recovery = 'provider' and provider = $1 and token_host is not distinct from $2
        order by workspace_id, updated_at
      ) held
      order by updated_at limit $3`,
    values: [provider, host, limit],
  })
  return rows
}

/** How many connections of how many workspaces a token endpoint's workflow holds, whose where it is one's, and since when. */
export async function heldByServer(
  hub: ConnectionParts,
  { provider, host }: TokenServer,
): Promise<Required<Omit<ProbeResult, 'state'>>> {
  const { rows } = await hub.pool.query<{
    connections: number
    workspaces: number
    one: string | null
    since: Date | null
  }>({
    name: 'connections-held',
    text: `select count(*)::int as connections, count(distinct workspace_id)::int as workspaces,
        min(workspace_id) as one, min(first_failure_at) as since
      from connections where recovery = 'provider' and provider = $1 and token_host is not distinct from $2`,
    values: [provider, host],
  })
  const { connections, workspaces, one, since } = rows[0]!
  return { connections, workspaces, workspaceId: workspaces === 1 ? one : null, since: since?.toISOString() ?? null }
}

/**
 * Gives up to `limit` of a token endpoint's held connections back, their refreshes spread over `spreadMs`; not those of the
 * workspaces in `except`.
 */
export async function releaseFromProvider(
  hub: ConnectionParts,
  { provider, host }: TokenServer,
  limit: number,
  spreadMs: number,
  except: string[],
): Promise<number> {
  const { rowCount } = await hub.pool.query({
    name: 'connections-release-provider',
    text: `with held as (
        select id, workspace_id from connections
        where recovery = 'provider' and provider = $1 and token_host is not distinct from $4
          and workspace_id <> all($5::text[])
        order by recovery_until limit $2 for update skip locked
      )
      update connections c
      set recovery = null, recovery_until = null, refresh_failures = 0, first_failure_at = null,
          refresh_at = now() + random() * $3 * interval '1 millisecond'
      from held where c.id = held.id and c.workspace_id = held.workspace_id`,
    values: [provider, limit, spreadMs, host, except],
  })
  return rowCount ?? 0
}
