import { sql } from 'kysely'
import { averageOwner } from '../../db/average-owner.ts'
import type { Executor } from '../../db/database.ts'
import { readLinks } from '../links/link-store.ts'
import { pushWindow } from '../policy.ts'
import { readRecords } from '../records/read-records.ts'
import { stopped, type RunHold } from '../runs/run-hold.ts'
import type { PushCandidate } from './push-plan.ts'

/**
 * Begins a lap: the changes that the collection has by now are looked at, each record once, however often the work is handed back or
 * breaks off meanwhile. Gives whether there are any.
 * @throws HubError `SYNC_STOPPED`
 */
export async function beginLap(db: Executor, hold: RunHold): Promise<boolean> {
  const { workspaceId, sync } = hold
  const end = db
    .selectFrom('collections')
    .select('last_change')
    .where('workspace_id', '=', workspaceId)
    .where('name', '=', sync.collection)
  const lap = await db
    .updateTable('sync_runs')
    .set({ lap_since: sql<Date>`now()`, lap_end: sql<number>`coalesce(${end}, 0)` })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', hold.runId)
    .where('claim', '=', hold.claim)
    .where('status', '=', 'running')
    .returning(['lap_since', 'lap_end'])
    .executeTakeFirst()
  if (!lap) throw stopped()
  Object.assign(hold.run, lap)
  return (lap.lap_end ?? 0) > sync.pushed_change
}

/** Whether a lap is under way: one that an earlier slice or attempt of the run began is gone on with. */
export function isInLap({ run }: RunHold): boolean {
  return run.lap_since !== null
}

/** What failed is due after minutes at the soonest; what is due before that has been changed since, and is to be tried at once. */
const atOnce = '1 minute'

/**
 * The next records of the lap whose change the platform has not been told of, and how far the look went. What the lap has tried already
 * and what failed is left for when it is due: who is refused is not tried over and over, while others wait behind.
 */
export async function nextCandidates(
  db: Executor,
  { workspaceId, sync, run }: RunHold,
  from: number,
): Promise<{ candidates: PushCandidate[]; upTo: number; isEnd: boolean }> {
  const end = run.lap_end ?? 0
  const until = Math.min(from + pushWindow.changes, end)
  // By the whole key of records_by_change, between bounds, and by the primary key of record_links: see `averageOwner`. What has
  // changed since the lap began has a later number, so a failure that is younger than the lap is one of what it looks at.
  const { rows } = await sql<{ record: string; change: number; bytes: number }>`
    select r.id as record, r.change, pg_column_size(r.data) as bytes from records r
    left join lateral (
      select l.record_id, l.record_version, l.state = 'error' and l.updated_at >= ${run.lap_since}::timestamptz
        and (l.retry_at is null or l.retry_at > l.updated_at + ${atOnce}::interval) as is_tried
      from record_links l where l.sync_id = (select ${sync.id}::text) and l.record_id = r.id limit 1
    ) l on true
    where (r.workspace_id, r.collection, r.change) > (${workspaceId}, ${sync.collection}, ${from}::bigint)
      and (r.workspace_id, r.collection, r.change) <= (${workspaceId}, ${sync.collection}, ${until}::bigint)
      and (l.record_id is null or (l.record_version <> r.version and not l.is_tried))
    order by r.workspace_id, r.collection, r.change limit ${pushWindow.candidates}`.execute(db)
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
  const records = await readRecords(db, workspaceId, recordIds)
  const links = await readLinks(db, workspaceId, syncId, recordIds)
  const byRecord = new Map(links.map(link => [link.record_id, link]))
  const candidates = records.map(record => ({ record, link: byRecord.get(record.id) }))
  return candidates.toSorted((one, other) => one.record.change - other.record.change)
}

/**
 * Records whose push failed and whose time to be tried again has come, but what the lap has tried already. Relies on
 * record_links_in_trouble.
 */
export async function dueRetries(db: Executor, { workspaceId, sync, run }: RunHold, limit: number): Promise<string[]> {
  const rows = await db
    .selectFrom('record_links as link')
    .innerJoin('records as record', 'record.id', 'link.record_id')
    .select('link.record_id')
    .where('link.workspace_id', '=', workspaceId)
    .where('link.sync_id', '=', averageOwner(sync.id))
    .where('link.state', '=', 'error')
    .where('link.push_key', 'is', null)
    .where('link.retry_at', '<=', sql<Date>`now()`)
    .where(
      sql<boolean>`(link.updated_at < ${run.lap_since}::timestamptz or link.retry_at <= link.updated_at + ${atOnce}::interval)`,
    )
    .orderBy('link.record_id')
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
