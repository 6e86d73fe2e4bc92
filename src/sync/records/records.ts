import { sql } from 'kysely'
import { averageOwner } from '../../db/average-owner.ts'
import type { Executor } from '../../db/database.ts'
import { HubError } from '../../errors.ts'
import type { ConnectionParts } from '../../connections/parts.ts'
import { hasOddText } from '../../json/oddities.ts'
import type { Values } from '../../calls/json-write.ts'
import { canonicalJson, hashOf, mergePatch } from '../mapping/canonical.ts'
import { changedFields } from '../history/fields.ts'
import { writeHistory } from '../history/write-history.ts'
import { publishRecordEvents, type RecordChanges } from './events.ts'
import type { RecordRow } from '../links/link-store.ts'
import { readRecords } from './read-records.ts'
import { newRecordIds } from './record-ids.ts'
import { writeRecords } from './record-writes.ts'
import { demandFit } from './unfit.ts'

const maxDataLength = 1024 * 1024

/** @throws HubError `RECORD_NOT_FOUND`, also for a tombstone unless those are wanted */
export async function findRecord(
  db: Executor,
  workspaceId: string,
  recordId: string,
  options: { deleted?: boolean; lock?: boolean } = {},
): Promise<RecordRow> {
  let query = db
    .selectFrom('records')
    .selectAll()
    .where('workspace_id', '=', averageOwner(workspaceId))
    .where('id', '=', recordId)
  if (options.lock) query = query.forUpdate()
  const record = await query.executeTakeFirst()
  if (!record || (record.deleted_at !== null && !options.deleted)) throw new HubError('RECORD_NOT_FOUND')
  return record
}

export interface RecordFilter {
  collection: string
  /** Only what has changed since then. */
  updatedSince?: Date | undefined
  /** Only what has changed behind this change number of the collection. */
  after: number
  deleted: boolean
  limit: number
}

/** A page of records, and how far the look went: on from there nothing is missed. */
export interface RecordPage {
  records: RecordRow[]
  /** The last record that was looked at, shown or not; undefined when there was none. */
  edge: { id: string; change: number } | undefined
  isEnd: boolean
}

/** How many records one page looks at, when not all of them are shown. */
const lookAtMost = 2_000

/**
 * A collection's records in the order of their last changes. Change numbers become visible in their order, so that reading on
 * from the last one seen misses nothing. A page looks at a bounded number of records: it may be short, or empty, before the end.
 * Relies on records_by_change.
 */
export async function listRecords(db: Executor, workspaceId: string, filter: RecordFilter): Promise<RecordPage> {
  const { collection, updatedSince, deleted, limit } = filter
  const isAll = deleted && updatedSince === undefined
  const after = updatedSince ? await lastBefore(db, workspaceId, filter, updatedSince) : filter.after
  const fits = sql`(${deleted} or deleted_at is null) and updated_at >= ${updatedSince ?? new Date(0)}`
  const look = isAll ? limit + 1 : Math.max(limit + 1, lookAtMost)
  type Row = RecordRow & { edge_id: string; edge_change: number; shown_id: string | null; looked: number }
  const { rows } = await sql<Row>`
    with looked as materialized (
      select id, change, ${fits} as fits from records
      where workspace_id = ${workspaceId} and collection = ${collection} and change > ${after}
      order by change limit ${look}
    ), shown as (
      select id as shown_id from looked where fits order by change limit ${limit + 1}
    ), edge as (
      select id as edge_id, change as edge_change, (select count(*)::int from looked) as looked
      from looked order by change desc limit 1
    )
    select * from edge left join (shown join records r on r.id = shown_id) on true order by r.change`.execute(db)
  const found = rows.filter(row => row.shown_id !== null)
  const records = found.slice(0, limit)
  const last = records.at(-1)
  if (last && found.length > limit) return { records, edge: last, isEnd: false }
  const [first] = rows
  const edge = first && { id: first.edge_id, change: first.edge_change }
  return { records, edge, isEnd: !first || first.looked < look }
}

/** Longer than any transaction that writes records takes. */
const transactionMs = 600_000

/**
 * A change number behind which all that was changed since a time is. A record's time is that of its transaction's beginning, before
 * it took its number: whatever was numbered well before then is older. Found by halving, as numbers mostly rise with time.
 */
async function lastBefore(
  db: Executor,
  workspaceId: string,
  { collection, after }: RecordFilter,
  since: Date,
): Promise<number> {
  const before = since.getTime() - transactionMs
  const row = await db
    .selectFrom('collections')
    .select('last_change')
    .where('workspace_id', '=', workspaceId)
    .where('name', '=', collection)
    .executeTakeFirst()
  let [low, high] = [after, row?.last_change ?? 0]
  while (high - low > lookAtMost / 4) {
    const middle = Math.floor((low + high) / 2)
    const next = await db
      .selectFrom('records')
      .select(['change', 'updated_at'])
      .where('workspace_id', '=', workspaceId)
      .where('collection', '=', collection)
      .where('change', '>', middle)
      .orderBy('change')
      .limit(1)
      .executeTakeFirst()
    if (next && next.change <= high && next.updated_at.getTime() < before) low = next.change
    else high = middle
  }
  return low
}

/**
 * Creates records, all or none, in their order.
 * @param placeOf the way to the data of each in the request
 * @throws HubError `INVALID_REQUEST`
 */
export async function createRecords(
  hub: ConnectionParts,
  workspaceId: string,
  collection: string,
  datas: readonly Values[],
  actor: string,
  placeOf: (index: number) => string,
): Promise<RecordRow[]> {
  const ids = newRecordIds(datas.length)
  const inserts = datas.map((data, index) => {
    demandFit(collection, data, placeOf(index))
    return { id: ids[index]!, data: checked(data, index) }
  })
  return hub.db.transaction().execute(async trx => {
    await writeRecords(trx, workspaceId, collection, inserts, [], { actor })
    await publishRecordEvents(hub, trx, workspaceId, { collection }, { 'record.created': ids })
    return (await readRecords(trx, workspaceId, ids)).toSorted((one, other) => one.change - other.change)
  })
}

/**
 * Merges the patch in `body.data` into a record (RFC 7396: null removes). What changes nothing is not a change.
 * @throws HubError `RECORD_NOT_FOUND`; `CONFLICT` when the record is not at `ifVersion`; `INVALID_REQUEST`
 */
export async function updateRecord(
  hub: ConnectionParts,
  workspaceId: string,
  recordId: string,
  patch: Values,
  actor: string,
  ifVersion?: number,
): Promise<RecordRow> {
  return changeRecord(hub, workspaceId, recordId, actor, ifVersion, record => {
    demandFit(record.collection, patch, 'body.data')
    const data = checked(mergePatch(record.data, patch))
    const isSame = hashOf(canonicalJson(data)).equals(record.hash)
    return isSame ? undefined : { data, deleted: false }
  })
}

/** Makes a record a tombstone. @throws HubError `RECORD_NOT_FOUND`; `CONFLICT` when it is not at `ifVersion` */
export async function deleteRecord(
  hub: ConnectionParts,
  workspaceId: string,
  recordId: string,
  actor: string,
  ifVersion?: number,
): Promise<void> {
  await changeRecord(hub, workspaceId, recordId, actor, ifVersion, ({ data }) => ({ data, deleted: true }))
}

async function changeRecord(
  hub: ConnectionParts,
  workspaceId: string,
  recordId: string,
  actor: string,
  ifVersion: number | undefined,
  change: (record: RecordRow) => { data: Values; deleted: boolean } | undefined,
): Promise<RecordRow> {
  return hub.db.transaction().execute(async trx => {
    const record = await findRecord(trx, workspaceId, recordId, { lock: true })
    if (ifVersion !== undefined && record.version !== ifVersion) {
      throw new HubError('CONFLICT', {
        message: 'The record has changed since.',
        details: { version: record.version },
      })
    }
    const next = change(record)
    if (!next) return record
    await writeRecords(trx, workspaceId, record.collection, [], [{ id: recordId, ...next }], { actor })
    const fields = changedFields(record.data, next.data)
    const kind = next.deleted ? 'deleted' : 'updated'
    await writeHistory(trx, workspaceId, { actor }, [{ recordId, kind, version: record.version + 1, fields }])
    const changes: RecordChanges = { [next.deleted ? 'record.deleted' : 'record.updated']: [recordId] }
    await publishRecordEvents(hub, trx, workspaceId, { collection: record.collection }, changes)
    return findRecord(trx, workspaceId, recordId, { deleted: true })
  })
}

/**
 * Data that the database takes: within a megabyte, and without NUL, which its text cannot hold.
 * @throws HubError `INVALID_REQUEST`
 */
export function checked(data: Values, index?: number): Values {
  const json = JSON.stringify(data)
  const where = index === undefined ? {} : { details: { index } }
  if (json.length > maxDataLength) {
    throw new HubError('INVALID_REQUEST', { message: 'A record must not be larger than a megabyte.', ...where })
  }
  if (hasOddText(json)) {
    throw new HubError('INVALID_REQUEST', { message: 'A record must not hold NUL or half characters.', ...where })
  }
  return data
}
