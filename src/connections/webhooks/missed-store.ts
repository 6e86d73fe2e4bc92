import { sql } from 'kysely'
import type { Database, Executor } from '../../db/database.ts'

/** A connection whose platform's list is to be read for what was sent while the hub was away. */
export interface MissedConnection {
  workspaceId: string
  id: string
  provider: string
  providerAppId: string | null
  externalAccountId: string | null
  /** From when on. */
  from: Date
  /** How often that has failed. */
  failures: number
  /** Which claim this is. */
  claimedUntil: Date
}

/**
 * Marks connections for which webhooks have come before the last time in which the hub was away: of those the next `limit`. Gives
 * whether there are others behind them. Index: connections_heard.
 * @param without platforms that have no list
 */
export async function markMissed(db: Database, limit: number, without: readonly string[]): Promise<boolean> {
  if (!(await awayToMark(db).executeTakeFirst())) return false
  return db.transaction().execute(async trx => {
    const away = await awayToMark(trx).forUpdate().executeTakeFirst()
    if (!away) return false
    const next = await trx
      .selectFrom('connections')
      .select('id')
      .where('id', '>', away.marked_to ?? '')
      .where('heard', '=', sql<boolean>`true`)
      .where(sql<boolean>`provider <> all(${without}::text[])`)
      .orderBy('id')
      .limit(limit)
      .execute()
    const ids = next.map(({ id }) => id)
    await markHeard(trx, ids, away.away_from!)
    const more = ids.length === limit
    await trx
      .updateTable('webhook_receiving')
      .set(more ? { marked_to: ids.at(-1)! } : { marked_to: null, marked_until: sql<Date>`away_until` })
      .execute()
    return more
  })
}

const awayToMark = (db: Executor) =>
  db
    .selectFrom('webhook_receiving')
    .select(['away_from', 'marked_to'])
    .where('away_until', 'is not', null)
    .where('marked_until', 'is distinct from', sql<Date>`away_until`)

/** Those of some connections that can still be asked; locked in one order. */
async function markHeard(db: Executor, ids: string[], from: Date): Promise<void> {
  await sql`
    with heard as materialized (
      select id, workspace_id from connections
      where id = any(${ids}::text[]) and status in ('connected', 'degraded', 'needs_reauth', 'error')
      order by id for no key update
    )
    update connections c set catch_up_from = least(c.catch_up_from, ${from}::timestamptz), catch_up_at = now(), catch_up_failures = 0
    from heard where c.id = heard.id and c.workspace_id = heard.workspace_id`.execute(db)
}

/** Claims connections whose list is to be read now, of all workspaces. Index connections_catching_up. */
export async function claimMissed(db: Executor, limit: number, claimMs: number): Promise<MissedConnection[]> {
  const { rows } = await sql<MissedConnection>`
    with due as (
      select id, workspace_id from connections
      where catch_up_at <= now() order by catch_up_at limit ${limit} for no key update skip locked
    )
    update connections c set catch_up_at = date_trunc('milliseconds', now() + ${claimMs} * interval '1 millisecond')
    from due where c.id = due.id and c.workspace_id = due.workspace_id
    returning c.workspace_id as "workspaceId", c.id, c.provider, c.provider_app_id as "providerAppId",
      c.external_account_id as "externalAccountId", coalesce(c.catch_up_from, now()) as "from", c.catch_up_failures as failures,
      coalesce(c.catch_up_at, now()) as "claimedUntil"`.execute(db)
  return rows
}

/** Says that a claimed connection's list was read, or given up. */
export async function endMissed(db: Executor, connection: MissedConnection): Promise<void> {
  await update(db, connection, { catch_up_from: null, catch_up_at: null, catch_up_failures: 0 })
}

/** Says when a list that could not be read is tried again. */
export async function postponeMissed(db: Executor, connection: MissedConnection, inMs: number): Promise<void> {
  const at = new Date(Date.now() + inMs)
  await update(db, connection, { catch_up_at: at, catch_up_failures: connection.failures + 1 })
}

/** Where the claim is still held: after another time away it is due again. */
async function update(
  db: Executor,
  { workspaceId, id, claimedUntil }: MissedConnection,
  change: { catch_up_from?: null; catch_up_at: Date | null; catch_up_failures: number },
): Promise<void> {
  await db
    .updateTable('connections')
    .set(change)
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .where('catch_up_at', '=', claimedUntil)
    .execute()
}
