import { sql } from 'kysely'
import type { Executor } from '../../../db/database.ts'
import type { RunHold } from '../../runs/run-hold.ts'

const batch = 1_000

interface Place {
  record_id: string
  path: string
}

/**
 * Lists the records that name something which a sync of the connection should know, as it has read all that its platform has, and
 * does not. What no sync reads is no issue of each record: `unsyncedOf` tells it of the sync. Called when all pages of a run are read.
 */
export async function listUnknown(db: Executor, hold: RunHold): Promise<void> {
  if (hold.sync.direction === 'push' || !(await hasNews(db, hold))) return
  for (const syncId of await waitingSyncs(db, hold)) {
    let after: Place | null = { record_id: '', path: '' }
    while (after) after = await listSome(db, hold, syncId, after)
  }
}

/** The syncs of the connection, of which this one's items may name any other's, and theirs this one's. Relies on syncs_once. */
async function waitingSyncs(db: Executor, { workspaceId, sync }: RunHold): Promise<string[]> {
  const rows = await db
    .selectFrom('syncs')
    .select('id')
    .where('workspace_id', '=', workspaceId)
    .where('connection_id', '=', sync.connection_id)
    .where('deleted_at', 'is', null)
    .execute()
  return rows.map(({ id }) => id)
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

/** Some references of a sync behind one; gives the last that was looked at, null when there are no more. Relies on the primary keys. */
async function listSome(
  db: Executor,
  { workspaceId, sync }: RunHold,
  syncId: string,
  after: Place,
): Promise<Place | null> {
  const { rows } = await sql<Place & { looked: number }>`
    with looked as materialized (
      select record_id, path, model from waiting_references
      where workspace_id = ${workspaceId} and sync_id = ${syncId} and (record_id, path) > (${after.record_id}, ${after.path})
        and external_id is not null
        and (${syncId === sync.id} or model = ${sync.model})
      order by record_id, path limit ${batch}
    ), known as (
      select distinct model from syncs where workspace_id = ${workspaceId} and connection_id = ${sync.connection_id}
        and deleted_at is null and (id = ${sync.id} or changed_since is not null)
    ), unknown as (
      select record_id, jsonb_object_agg(regexp_replace(path, '\\.\\d+\\.', '.', 'g'), 'REFERENCE_UNKNOWN') as errors
      from looked join known using (model) group by record_id
    ), listed as (
      update record_links l set field_errors = coalesce(l.field_errors, '{}') || u.errors from unknown u
      where l.workspace_id = ${workspaceId} and l.sync_id = ${syncId} and l.record_id = u.record_id and l.state = 'ok'
        and not l.gone and not coalesce(l.field_errors, '{}') @> u.errors
    )
    select record_id, path, (select count(*)::int from looked) as looked from looked
    order by record_id desc, path desc limit 1`.execute(db)
  const [last] = rows
  return last?.looked === batch ? { record_id: last.record_id, path: last.path } : null
}
