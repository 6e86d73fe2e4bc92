import type pg from 'pg'
import { lowestIdAt } from '../ids.ts'

const dayMs = 86_400_000

/** Deletes up to `limit` entries of all workspaces that are older than `keepDays`; gives how many. */
export async function expireAudit(pool: pg.Pool, keepDays: number, limit: number): Promise<number> {
  // By the primary key: ids sort as the instants they were made at.
  const { rowCount } = await pool.query(
    `delete from audit_log where id in (
       select id from audit_log where id < $1 order by id limit $2 for update skip locked)`,
    [lowestIdAt('audit', new Date(Date.now() - keepDays * dayMs)), limit],
  )
  return rowCount ?? 0
}
