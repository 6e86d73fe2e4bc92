import type { Selectable } from 'kysely'
import type { Executor } from '../../db/database.ts'
import { behind, type Position } from '../../db/keyset.ts'
import type { RecordChangesTable } from '../../db/schema/record-changes.ts'

export type RecordChange = Selectable<RecordChangesTable>

/** A page of what became of a record, newest first; its creation is not in it. Relies on record_changes_by_record. */
export async function listHistory(
  db: Executor,
  workspaceId: string,
  recordId: string,
  list: { after: Position | undefined; limit: number },
): Promise<RecordChange[]> {
  return db
    .selectFrom('record_changes')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('record_id', '=', recordId)
    .where(behind(list.after))
    .orderBy('id', 'desc')
    .limit(list.limit)
    .execute()
}
