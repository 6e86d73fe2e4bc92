import { sql } from 'kysely'
import type { Executor } from '../db/database.ts'
import type { Hub } from '../hub.ts'
import type { ConnectionRef } from './contract.ts'

/** A connection whose refresh keeps failing. */
export interface Troubled extends ConnectionRef {
  /** Its provider does not answer, or answers with errors of its own: others of its connections may fail likewise. */
  providerDown: boolean
}

/** Connections whose failures have gone on long enough, and that no workflow looks after yet. */
export async function connectionsInTrouble(hub: Hub, limit: number): Promise<Troubled[]> {
  const { troubleFailures, troubleAfterMs } = hub.connectionSettings
  // Over connections_in_trouble.
  const { rows } = await hub.pool.query<{ id: string; workspace_id: string; provider: string; last_error: string }>({
    name: 'connections-in-trouble',
    text: `select id, workspace_id, provider, last_error from connections
      where refresh_failures >= 3 and recovery is null and refresh_failures >= $1
        and first_failure_at <= now() - $2 * interval '1 millisecond'
        and status in ('connected', 'degraded') and refresh_at is not null
      order by first_failure_at limit $3`,
    values: [troubleFailures, troubleAfterMs, limit],
  })
  return rows.map(row => ({
    workspaceId: row.workspace_id,
    connectionId: row.id,
    provider: row.provider,
    providerDown: row.last_error === 'PROVIDER_UNREACHABLE' || row.last_error === 'PROVIDER_ERROR',
  }))
}

/** How many connections of a provider its recovery workflow holds. */
export async function heldByProvider(db: Executor, provider: string): Promise<number> {
  // Over connections_in_recovery; the workflow is the provider's, whatever the workspace.
  const { held } = await db
    .selectFrom('connections')
    .select(({ fn }) => fn.countAll<number>().as('held'))
    .where('recovery', '=', 'provider')
    .where('provider', '=', provider)
    .executeTakeFirstOrThrow()
  return held
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

/** The same for all that a provider's workflow holds. */
export async function extendProviderRecovery(db: Executor, provider: string, forMs: number): Promise<void> {
  await db
    .updateTable('connections')
    .set({ recovery_until: sql<Date>`now() + ${forMs} * interval '1 millisecond'` })
    .where('recovery', '=', 'provider')
    .where('provider', '=', provider)
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

/** A connection that a provider's workflow holds: the one that was tried least lately. */
export async function nextProbe(db: Executor, provider: string): Promise<ConnectionRef | undefined> {
  const row = await db
    .selectFrom('connections')
    .select(['id', 'workspace_id'])
    .where('recovery', '=', 'provider')
    .where('provider', '=', provider)
    .orderBy('updated_at')
    .limit(1)
    .executeTakeFirst()
  return row && { workspaceId: row.workspace_id, connectionId: row.id, provider }
}

/** Gives up to `limit` of a provider's held connections back, their refreshes spread over `spreadMs`. */
export async function releaseFromProvider(
  hub: Hub,
  provider: string,
  limit: number,
  spreadMs: number,
): Promise<number> {
  const { rowCount } = await hub.pool.query({
    name: 'connections-release-provider',
    text: `with held as (
        select id, workspace_id from connections where recovery = 'provider' and provider = $1
        order by recovery_until limit $2 for update skip locked
      )
      update connections c
      set recovery = null, recovery_until = null, refresh_failures = 0, first_failure_at = null,
          refresh_at = now() + random() * $3 * interval '1 millisecond'
      from held where c.id = held.id and c.workspace_id = held.workspace_id`,
    values: [provider, limit, spreadMs],
  })
  return rowCount ?? 0
}

/** What a workflow should have shown itself for, and has not. */
export async function abandonedRecoveries(
  db: Executor,
  limit: number,
): Promise<(ConnectionRef & { recovery: 'refresh' | 'provider' })[]> {
  const rows = await db
    .selectFrom('connections')
    .select(['id', 'workspace_id', 'provider', 'recovery'])
    .where('recovery', 'is not', null)
    .where('recovery_until', '<', sql<Date>`now()`)
    .orderBy('recovery_until')
    .limit(limit)
    .execute()
  return rows.map(row => ({
    workspaceId: row.workspace_id,
    connectionId: row.id,
    provider: row.provider,
    recovery: row.recovery!,
  }))
}
