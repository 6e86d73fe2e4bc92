import { sql, type Selectable } from 'kysely'
import type { Executor } from '../../db/database.ts'
import type { RecordsTable } from '../../db/schema/records.ts'

/**
 * Records of a workspace by their ids, tombstones too, in the order of their ids, in which they are locked where that is asked for. One
 * after the other by the primary key, whatever the statistics know of the workspace (see `averageOwner`).
 */
export async function readRecords(
  db: Executor,
  workspaceId: string,
  recordIds: readonly string[],
  lock?: 'for update' | 'for share',
): Promise<Selectable<RecordsTable>[]> {
  if (recordIds.length === 0) return []
  const ids = [...new Set(recordIds)].sort()
  const { rows } = await sql<Selectable<RecordsTable>>`
    select r.* from unnest(${ids}::text[]) as i(id)
    cross join lateral (
      select * from records where id = i.id and workspace_id = (select ${workspaceId}::text) limit 1
      ${sql.raw(lock === 'for update' ? 'for update' : lock === 'for share' ? 'for share' : '')}
    ) r`.execute(db)
  return rows
}
