import { sql } from 'kysely'
import type { Executor } from '../../db/database.ts'
import type { ConnectionParts } from '../parts.ts'
import { recoverProviderId, type ConnectionRef, type TokenServer } from '../contract.ts'
import type { Failing } from '../policy.ts'

const serverDown = `last_error in ('PROVIDER_UNREACHABLE', 'PROVIDER_ERROR')`

/** A connection whose refresh keeps failing. */
export interface Troubled extends ConnectionRef, TokenServer {
  /** Its provider does not answer, or answers with errors of its own: others of its connections may fail likewise. */
  providerDown: boolean
}

/**
 * Connections whose failures have gone on long enough, and that no workflow looks after yet: of each workspace in turn, so that
 * none waits behind all of another's.
 */
export async function connectionsInTrouble(hub: ConnectionParts, limit: number): Promise<Troubled[]> {
  const { troubleFailures, troubleAfterMs } = hub.connectionSettings
  // Over connections_in_trouble.
  const { rows } = await hub.pool.query<Troubled>({
    name: 'connections-in-trouble',
    text: `select id as "connectionId", workspace_id as "workspaceId", provider, token_host as host,
        ${serverDown} as "providerDown"
      from (
        select *, row_number() over (partition by workspace_id order by first_failure_at) as turn from connections
        where refresh_failures >= 3 and recovery is null and refresh_failures >= $1
          and first_failure_at <= now() - $2 * interval '1 millisecond'
          and status in ('connected', 'degraded') and refresh_at is not null
      ) troubled
      order by turn, first_failure_at limit $3`,
    values: [troubleFailures, troubleAfterMs, limit],
  })
  return rows
}

/** How many connections fail at each token endpoint that does not answer, by workspace: in whose care they are or not. */
export async function failingByServer(hub: ConnectionParts): Promise<Failing[]> {
  const { troubleFailures, troubleAfterMs } = hub.connectionSettings
  // Over connections_in_trouble and connections_in_recovery.
  const { rows } = await hub.pool.query<TokenServer & Omit<Failing, 'server'>>({
    name: 'connections-failing-by-server',
    text: `select provider, token_host as host, workspace_id as "workspaceId", count(*)::int as connections
      from (
        select provider, token_host, workspace_id from connections
        where refresh_failures >= 3 and recovery is null and refresh_failures >= $1
          and first_failure_at <= now() - $2 * interval '1 millisecond'
          and status in ('connected', 'degraded') and ${serverDown}
        union all
        select provider, token_host, workspace_id from connections
        where recovery is not null and ${serverDown}
      ) failing
      group by 1, 2, 3`,
    values: [troubleFailures, troubleAfterMs],
  })
  return rows.map(({ provider, host, ...counted }) => ({ ...counted, server: recoverProviderId({ provider, host }) }))
}

/** Puts a connection into the care of a workflow, which has `forMs` to show itself. False if it is in one's already. */
export async function takeIntoRecovery(
  trx: Executor,
  ref: ConnectionRef,
  recovery: 'refresh' | 'provider',
  forMs: number,
): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('connections')
    .set({ recovery, recovery_until: sql<Date>`now() + ${forMs} * interval '1 millisecond'` })
    .where('workspace_id', '=', ref.workspaceId)
    .where('id', '=', ref.connectionId)
    .where('recovery', 'is', null)
    .where('status', 'in', ['connected', 'degraded', 'error'])
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/** The workflow that looks after a connection shows itself, and says by when it will again. */
export async function extendRecovery(db: Executor, ref: ConnectionRef, forMs: number): Promise<void> {
  await db
    .updateTable('connections')
    .set({ recovery_until: sql<Date>`now() + ${forMs} * interval '1 millisecond'` })
    .where('workspace_id', '=', ref.workspaceId)
    .where('id', '=', ref.connectionId)
    .where('recovery', 'is not', null)
    .execute()
}

/** Gives a connection back to the sweep. */
export async function releaseFromRecovery(db: Executor, ref: ConnectionRef): Promise<void> {
  await db
    .updateTable('connections')
    .set({ recovery: null, recovery_until: null })
    .where('workspace_id', '=', ref.workspaceId)
    .where('id', '=', ref.connectionId)
    .where('recovery', '=', 'refresh')
    .execute()
}

/** What a workflow should have shown itself for, and has not. */
export async function abandonedRecoveries(
  db: Executor,
  limit: number,
): Promise<(ConnectionRef & TokenServer & { recovery: 'refresh' | 'provider' })[]> {
  const rows = await db
    .selectFrom('connections')
    .select(['id', 'workspace_id', 'provider', 'token_host', 'recovery'])
    .where('recovery', 'is not', null)
    .where('recovery_until', '<', sql<Date>`now()`)
    .orderBy('recovery_until')
    .limit(limit)
    .execute()
  return rows.map(row => ({
    workspaceId: row.workspace_id,
    connectionId: row.id,
    provider: row.provider,
    host: row.token_host,
    recovery: row.recovery!,
  }))
}
