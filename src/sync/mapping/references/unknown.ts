import { sql } from 'kysely'
import type { Executor } from '../../../db/database.ts'
import type { RunHold } from '../../runs/run-hold.ts'

const batch = 1_000

/**
 * Lists the records that name something which a sync of the connection should know, as it has read all that its platform has, and
 * does not. What no sync reads is no issue of each record: `unsyncedOf` tells it of the sync. Called when all pages of a run are read.
 */
export async function listUnknown(db: Executor, hold: RunHold): Promise<void> {
  if (hold.sync.direction === 'push' || !(await hasNews(db, hold))) return
  while ((await listSome(db, hold)) === batch);
}

/** Whether the run may have left references open, or ended the wait for those of others. */
async function hasNews(db: Executor, { workspaceId, runId, run }: RunHold): Promise<boolean> {
  if (run.full) return true
  const counted = await db
    .selectFrom('sync_runs')
    .select(['created', 'updated'])
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', runId)
    .executeTakeFirst()
  return counted !== undefined && counted.created + counted.updated > 0
}

/** Relies on the primary key of waiting_references, waiting_references_by_model, syncs_once and the primary key of record_links. */
async function listSome(db: Executor, { workspaceId, sync }: RunHold): Promise<number> {
  const { rows } = await sql<{ record_id: string }>`
    with unknown as materialized (
      select w.sync_id, w.record_id,
        jsonb_object_agg(regexp_replace(w.path, '\\.\\d+\\.', '.', 'g'), 'REFERENCE_UNKNOWN') as errors
      from waiting_references w
      join record_links l on l.sync_id = w.sync_id and l.record_id = w.record_id and l.state = 'ok' and not l.gone
      where w.workspace_id = ${workspaceId} and w.connection_id = ${sync.connection_id} and w.external_id is not null
        and (w.sync_id = ${sync.id} or w.model = ${sync.model})
        and (l.field_errors ->> regexp_replace(w.path, '\\.\\d+\\.', '.', 'g')) is null
        and exists (select from syncs s where s.workspace_id = w.workspace_id and s.connection_id = w.connection_id
          and s.model = w.model and s.deleted_at is null and (s.id = ${sync.id} or s.changed_since is not null))
      group by w.sync_id, w.record_id order by w.sync_id, w.record_id limit ${batch}
    )
    update record_links l set field_errors = coalesce(l.field_errors, '{}') || u.errors
    from unknown u where l.sync_id = u.sync_id and l.record_id = u.record_id and l.workspace_id = ${workspaceId}
      and l.state = 'ok'
    returning l.record_id`.execute(db)
  return rows.length
}
