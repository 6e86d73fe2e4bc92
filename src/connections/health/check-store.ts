import { sql } from 'kysely'
import type { Executor } from '../../db/database.ts'
import type { ConnectionParts } from '../parts.ts'

/** Asks for a connection to be verified at the next opportunity. */
export async function requestCheck(db: Executor, workspaceId: string, connectionId: string): Promise<void> {
  await postponeCheck(db, workspaceId, connectionId, 0)
}

/** Has a connection verified in so long. */
export async function postponeCheck(
  db: Executor,
  workspaceId: string,
  connectionId: string,
  inMs: number,
): Promise<void> {
  await db
    .updateTable('connections')
    .set({ check_at: sql<Date>`now() + ${inMs} * interval '1 millisecond'` })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', connectionId)
    .where('status', 'in', ['connected', 'degraded', 'error', 'needs_reauth'])
    .execute()
}

/** The connections whose verification is due, moved `holdMs` on so that no other takes them. */
export async function claimDueChecks(
  hub: ConnectionParts,
  limit: number,
  holdMs: number,
): Promise<{ workspaceId: string; connectionId: string }[]> {
  // Over connections_check_due.
  const { rows } = await hub.pool.query<{ workspace_id: string; id: string }>({
    name: 'connections-claim-checks',
    text: `with due as (
        select id, workspace_id from connections
        where check_at <= now() and status in ('connected', 'degraded', 'error', 'needs_reauth')
        order by check_at, id limit $1 for update skip locked
      )
      update connections c
      set check_at = case when c.status = 'needs_reauth' and c.auth_kind <> 'api_key' and c.access_expires_at is not null
        then null else now() + $2 * interval '1 millisecond' end
      from due where c.id = due.id and c.workspace_id = due.workspace_id
      returning c.id, c.workspace_id`,
    values: [limit, holdMs],
  })
  return rows.map(row => ({ workspaceId: row.workspace_id, connectionId: row.id }))
}

export interface CheckOutcome {
  found: 'healthy' | 'refused' | 'failing'
  /** When to verify again; null for no more. */
  nextInMs: number | null
  /** Whose account it is, as the provider says now. */
  account?: { id: string; name: string | null }
}

export interface CheckRecord {
  /** How many verifications have failed in a row. */
  failures: number
  /** Since when the credential is refused, without a verification between that it is good. */
  refusedForMs: number
}

/** Notes a verification. */
export async function recordCheck(
  trx: Executor,
  workspaceId: string,
  connectionId: string,
  { found, nextInMs, account }: CheckOutcome,
): Promise<CheckRecord> {
  const row = await trx
    .updateTable('connections')
    .set({
      checked_at: sql<Date>`now()`,
      check_at: nextInMs === null ? null : sql<Date>`now() + ${nextInMs} * interval '1 millisecond'`,
      check_failures: found === 'healthy' ? 0 : sql<number>`check_failures + 1`,
      ...(found === 'healthy' ? { refused_at: null } : {}),
      ...(found === 'refused' ? { refused_at: sql<Date>`coalesce(refused_at, now())` } : {}),
      ...(account
        ? {
            external_account_id: sql<string>`coalesce(external_account_id, ${account.id})`,
            external_account_name: sql<string>`coalesce(${account.name}, external_account_name)`,
          }
        : {}),
    })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', connectionId)
    .returning([
      'check_failures',
      sql<number | null>`extract(epoch from now() - refused_at)::float8 * 1000`.as('refused_for_ms'),
    ])
    .executeTakeFirst()
  return { failures: row?.check_failures ?? 0, refusedForMs: row?.refused_for_ms ?? 0 }
}
