import type pg from 'pg'

/**
 * Deletes up to `limit` rows whose `expires_at` has passed, the oldest first; gives how many. Called in turns until it gives
 * less. By the table's index on `expires_at`.
 * @param key the columns of the primary key, joined by commas
 */
export async function deleteExpired(pool: pg.Pool, table: string, key: string, limit: number): Promise<number> {
  const { rowCount } = await pool.query(
    `delete from ${table} where (${key}) in (
       select ${key} from ${table} where expires_at < now() order by expires_at limit $1 for update skip locked)`,
    [limit],
  )
  return rowCount ?? 0
}
