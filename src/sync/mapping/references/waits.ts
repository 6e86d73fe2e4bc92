import { sql } from 'kysely'
import type { Executor } from '../../../db/database.ts'
import type { MissingReference, UnresolvedReference } from '../known.ts'

/** The link whose record waits. */
export interface Waiter {
  workspaceId: string
  syncId: string
  connectionId: string
}

/** Notes what items name that has no record yet, instead of what was noted of these records before. */
export async function noteUnresolved(
  db: Executor,
  waiter: Waiter,
  unresolved: ReadonlyMap<string, readonly UnresolvedReference[]>,
): Promise<void> {
  if (unresolved.size === 0) return
  // By its primary key.
  await sql`
    delete from waiting_references where workspace_id = ${waiter.workspaceId} and sync_id = ${waiter.syncId}
      and record_id = any(${[...unresolved.keys()]}::text[]) and external_id is not null`.execute(db)
  const rows = [...unresolved].flatMap(([recordId, all]) =>
    all.map(({ path, model, externalId }) => ({ recordId, path, model, externalId })),
  )
  await insertWaits(db, waiter, rows)
}

/** What an item names that had no record when it was seen last. By the primary key. */
export async function unresolvedOf(
  db: Executor,
  { workspaceId, syncId }: Pick<Waiter, 'workspaceId' | 'syncId'>,
  recordId: string,
): Promise<UnresolvedReference[]> {
  const rows = await db
    .selectFrom('waiting_references')
    .select(['path', 'model', 'external_id'])
    .where('workspace_id', '=', workspaceId)
    .where('sync_id', '=', syncId)
    .where('record_id', '=', recordId)
    .where('external_id', 'is not', null)
    .execute()
  return rows.map(({ path, model, external_id: externalId }) => ({ path, model, externalId: externalId! }))
}

/** Notes which records have to be at the platform before these can be told to it. */
export async function noteMissing(
  db: Executor,
  waiter: Waiter,
  missing: ReadonlyMap<string, readonly MissingReference[]>,
): Promise<void> {
  const rows = [...missing].flatMap(([recordId, all]) =>
    all.map(({ path, model, recordId: targetId }) => ({ recordId, path, model, targetId })),
  )
  await insertWaits(db, waiter, rows)
}

interface Wait {
  recordId: string
  path: string
  model: string
  externalId?: string
  targetId?: string
}

async function insertWaits(db: Executor, waiter: Waiter, waits: readonly Wait[]): Promise<void> {
  if (waits.length === 0) return
  await sql`
    insert into waiting_references (workspace_id, sync_id, record_id, path, connection_id, model, external_id, target_id)
    select ${waiter.workspaceId}, ${waiter.syncId}, i."recordId", i.path, ${waiter.connectionId}, i.model, i."externalId",
      i."targetId"
    from jsonb_to_recordset(${JSON.stringify(waits)}::jsonb)
      as i("recordId" text, path text, model text, "externalId" text, "targetId" text)
    on conflict (sync_id, record_id, path) do update set connection_id = excluded.connection_id, model = excluded.model,
      external_id = excluded.external_id, target_id = excluded.target_id`.execute(db)
}
