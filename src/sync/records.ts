import { sql } from 'kysely'
import type { Executor } from '../db/database.ts'
import { HubError } from '../errors.ts'
import type { Hub } from '../hub.ts'
import { hasOddText } from '../json/oddities.ts'
import { canonicalJson, hashOf, mergePatch, type Values } from './canonical.ts'
import { publishRecordEvents, type RecordChanges } from './events.ts'
import type { RecordRow } from './link-store.ts'
import { newRecordIds } from './record-ids.ts'
import { writeRecords } from './record-writes.ts'

const maxDataLength = 1024 * 1024

/** @throws HubError `RECORD_NOT_FOUND`, also for a tombstone unless those are wanted */
export async function findRecord(
  db: Executor,
  workspaceId: string,
  recordId: string,
  options: { deleted?: boolean; lock?: boolean } = {},
): Promise<RecordRow> {
  let query = db.selectFrom('records').selectAll().where('workspace_id', '=', workspaceId).where('id', '=', recordId)
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

/**
 * A collection's records in the order of their last changes. Change numbers become visible in their order, so that reading
 * on from the last one seen misses nothing. Relies on records_by_change.
 */
export async function listRecords(db: Executor, workspaceId: string, filter: RecordFilter): Promise<RecordRow[]> {
  let query = db
    .selectFrom('records')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('collection', '=', filter.collection)
    .where('change', '>', filter.after)
  if (filter.updatedSince) query = query.where('updated_at', '>=', filter.updatedSince)
  if (!filter.deleted) query = query.where('deleted_at', 'is', null)
  return query.orderBy('change').limit(filter.limit).execute()
}

/** Creates records, all or none, in their order. @throws HubError `INVALID_REQUEST` */
export async function createRecords(
  hub: Hub,
  workspaceId: string,
  collection: string,
  datas: readonly Values[],
): Promise<RecordRow[]> {
  const ids = newRecordIds(datas.length)
  const inserts = datas.map((data, index) => ({ id: ids[index]!, data: checked(data, index) }))
  return hub.db.transaction().execute(async trx => {
    await writeRecords(trx, workspaceId, collection, inserts, [])
    await publishRecordEvents(hub, trx, workspaceId, { collection }, { 'record.created': ids })
    const query = trx.selectFrom('records').selectAll().where('workspace_id', '=', workspaceId)
    return query
      .where('id', '=', sql<string>`any(${ids}::text[])`)
      .orderBy('change')
      .execute()
  })
}

/**
 * Merges a patch into a record (RFC 7396: null removes). What changes nothing is not a change.
 * @throws HubError `RECORD_NOT_FOUND`; `CONFLICT` when the record is not at `ifVersion`; `INVALID_REQUEST`
 */
export async function updateRecord(
  hub: Hub,
  workspaceId: string,
  recordId: string,
  patch: Values,
  ifVersion?: number,
): Promise<RecordRow> {
  return changeRecord(hub, workspaceId, recordId, ifVersion, record => {
    const data = checked(mergePatch(record.data, patch))
    const isSame = hashOf(canonicalJson(data)).equals(record.hash)
    return isSame ? undefined : { data, deleted: false }
  })
}

/** Makes a record a tombstone. @throws HubError `RECORD_NOT_FOUND`; `CONFLICT` when it is not at `ifVersion` */
export async function deleteRecord(hub: Hub, workspaceId: string, recordId: string, ifVersion?: number): Promise<void> {
  await changeRecord(hub, workspaceId, recordId, ifVersion, ({ data }) => ({ data, deleted: true }))
}

async function changeRecord(
  hub: Hub,
  workspaceId: string,
  recordId: string,
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
    await writeRecords(trx, workspaceId, record.collection, [], [{ id: recordId, ...next }])
    const changes: RecordChanges = { [next.deleted ? 'record.deleted' : 'record.updated']: [recordId] }
    await publishRecordEvents(hub, trx, workspaceId, { collection: record.collection }, changes)
    return findRecord(trx, workspaceId, recordId, { deleted: true })
  })
}

/** Data that the database takes: within a megabyte, and without NUL, which its text cannot hold. */
function checked(data: Values, index?: number): Values {
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
