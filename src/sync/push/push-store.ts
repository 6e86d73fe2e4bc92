import { sql } from 'kysely'
import type { Executor } from '../../db/database.ts'
import type { Link, RecordRow } from '../links/link-store.ts'
import { pushWindow } from '../policy.ts'
import type { PushCandidate } from './push-plan.ts'
import type { RunHold } from '../runs/run-hold.ts'

/** The next records whose change the platform has not been told of, and how far the look went. */
export async function nextCandidates(
  db: Executor,
  { workspaceId, sync }: RunHold,
  from: number,
): Promise<{ candidates: PushCandidate[]; upTo: number; isEnd: boolean }> {
  const { last_change: end } = (await db
    .selectFrom('collections')
    .select('last_change')
    .where('workspace_id', '=', workspaceId)
    .where('name', '=', sync.collection)
    .executeTakeFirst()) ?? { last_change: 0 }
  const until = Math.min(from + pushWindow.changes, end)
  // Relies on records_by_change and, by the lateral look-up, on the primary key of record_links.
  const { rows } = await sql<{ record: string; change: number; bytes: number }>`
    select r.id as record, r.change, pg_column_size(r.data) as bytes from records r
    left join lateral (
      select * from record_links l where l.sync_id = ${sync.id} and l.record_id = r.id limit 1
    ) l on true
    where r.workspace_id = ${workspaceId} and r.collection = ${sync.collection}
      and r.change > ${from} and r.change <= ${until}
      and (l.record_id is null or l.record_version <> r.version)
    order by r.change limit ${pushWindow.candidates}`.execute(db)
  const window = upToBytes(rows, pushWindow.bytes)
  const isFull = rows.length === pushWindow.candidates || window.length < rows.length
  const upTo = isFull ? window.at(-1)!.change : until
  const candidates = await candidatesById(
    db,
    workspaceId,
    sync.id,
    window.map(row => row.record),
  )
  return { candidates, upTo: Math.max(upTo, from), isEnd: !isFull && until >= end }
}

/** The first of them that hold so many bytes together, and one in any case. */
function upToBytes<Row extends { bytes: number }>(rows: readonly Row[], most: number): readonly Row[] {
  let held = 0
  const behind = rows.findIndex(({ bytes }, index) => (held += bytes) > most && index > 0)
  return behind < 0 ? rows : rows.slice(0, behind)
}

/** Records by their ids with their links in this sync, in the order of their changes. */
export async function candidatesById(
  db: Executor,
  workspaceId: string,
  syncId: string,
  recordIds: string[],
): Promise<PushCandidate[]> {
  if (recordIds.length === 0) return []
  const records: RecordRow[] = await db
    .selectFrom('records')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', sql<string>`any(${recordIds}::text[])`)
    .orderBy('change')
    .execute()
  const links: Link[] = await db
    .selectFrom('record_links')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('sync_id', '=', syncId)
    .where('record_id', '=', sql<string>`any(${recordIds}::text[])`)
    .execute()
  const byRecord = new Map(links.map(link => [link.record_id, link]))
  return records.map(record => ({ record, link: byRecord.get(record.id) }))
}

/** Records whose push failed and whose time to be tried again has come. Relies on record_links_in_trouble. */
export async function dueRetries(db: Executor, { workspaceId, sync }: RunHold, limit: number): Promise<string[]> {
  const rows = await db
    .selectFrom('record_links')
    .innerJoin('records', 'records.id', 'record_links.record_id')
    .select('record_links.record_id')
    .where('record_links.workspace_id', '=', workspaceId)
    .where('sync_id', '=', sync.id)
    .where('state', '=', 'error')
    .where('push_key', 'is', null)
    .where('retry_at', '<=', sql<Date>`now()`)
    .orderBy('record_links.record_id')
    .limit(limit)
    .execute()
  return rows.map(row => row.record_id)
}

/** Says that the collection's changes up to a number have been looked at for this sync. */
export async function setPushedChange(db: Executor, { workspaceId, sync }: RunHold, change: number): Promise<void> {
  await db
    .updateTable('syncs')
    .set({ pushed_change: change })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', sync.id)
    .where('pushed_change', '<', change)
    .execute()
  sync.pushed_change = Math.max(sync.pushed_change, change)
}
