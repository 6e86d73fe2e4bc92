import { sql } from 'kysely'
import type { Executor } from '../db/database.ts'
import type { Hub } from '../hub.ts'

/** Asks for a connection to be verified at the next opportunity. */
export async function requestCheck(db: Executor, workspaceId: string, connectionId: string): Promise<void> {
  await db
    .updateTable('connections')
    .set({ check_at: sql<Date>`now()` })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', connectionId)
    .where('status', 'in', ['connected', 'degraded', 'error'])
    .execute()
}

/** A connection whose verification is due, moved `holdMs` on so that no other takes it. */
export async function claimDueChecks(
  hub: Hub,
  limit: number,
  holdMs: number,
): Promise<{ workspaceId: string; connectionId: string }[]> {
  // Over connections_check_due.
  const { rows } = await hub.pool.query<{ workspace_id: string; id: string }>({
    name: 'connections-claim-checks',
    text: `with due as (
        select id, workspace_id from connections
        where check_at <= now() and status in ('connected', 'degraded', 'error')
        order by check_at, id limit $1 for update skip locked
      )
      update connections c set check_at = now() + $2 * interval '1 millisecond'
      from due where c.id = due.id and c.workspace_id = due.workspace_id
      returning c.id, c.workspace_id`,
    values: [limit, holdMs],
  })
  return rows.map(row => ({ workspaceId: row.workspace_id, connectionId: row.id }))
}

export interface CheckOutcome {
  ok: boolean
  /** When to verify again. */
  nextInMs: number
  /** Whose account it is, as the provider says now. */
  account?: { id: string; name: string | null }
}

/** Notes a verification; gives how many have failed in a row. */
export async function recordCheck(
  trx: Executor,
  workspaceId: string,
  connectionId: string,
  outcome: CheckOutcome,
): Promise<number> {
  const row = await trx
    .updateTable('connections')
    .set({
      checked_at: sql<Date>`now()`,
      check_at: sql<Date>`now() + ${outcome.nextInMs} * interval '1 millisecond'`,
      check_failures: outcome.ok ? 0 : sql<number>`check_failures + 1`,
      ...(outcome.account
        ? {
            external_account_id: sql<string>`coalesce(external_account_id, ${outcome.account.id})`,
            external_account_name: sql<string>`coalesce(${outcome.account.name}, external_account_name)`,
          }
        : {}),
    })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', connectionId)
    .returning('check_failures')
    .executeTakeFirst()
  return row?.check_failures ?? 0
}
