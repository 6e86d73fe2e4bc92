import { sql, type Selectable } from 'kysely'
import { averageOwner } from '../../db/average-owner.ts'
import type { Executor } from '../../db/database.ts'
import type { Echoes, FieldErrors, LinkConflict, RecordLinksTable } from '../../db/schema/record-links.ts'
import type { RecordsTable } from '../../db/schema/records.ts'
import type { Values } from '../../calls/json-write.ts'
import { readRecords } from '../records/read-records.ts'

export type Link = Selectable<RecordLinksTable>
export type RecordRow = Selectable<RecordsTable>

/** A link with its record, which is missing when the link could never be settled. */
export interface LinkedRecord {
  link: Link
  record: RecordRow | undefined
}

/** A link as it is to be. */
export interface LinkWrite {
  recordId: string
  externalId: string | null
  externalVersion: string | null
  /** An ISO time. */
  externalUpdatedAt: string | null
  /** Hexadecimal. */
  externalHash: string | null
  recordVersion: number
  base: Values | null
  state: Link['state']
  gone: boolean
  conflict: LinkConflict | null
  errorCode: string | null
  /** The platform's own words and code, where it refused the row. */
  errorMessage: string | null
  providerCode: string | null
  failures: number
  retryAt: string | null
  echoes: Echoes | null
  place: string | null
  fieldErrors: FieldErrors | null
}

/** The links to these items with their records, locked in the order of the records' ids: links first, then records. */
export async function lockByItem(
  db: Executor,
  workspaceId: string,
  syncId: string,
  externalIds: string[],
): Promise<LinkedRecord[]> {
  const recordIds = [...(await recordsOfItems(db, workspaceId, syncId, externalIds)).values()]
  const wanted = new Set(externalIds)
  const linked = await lockByRecord(db, workspaceId, syncId, recordIds)
  // Whoever held one of them may have given it another item.
  return linked.filter(({ link }) => link.external_id !== null && wanted.has(link.external_id))
}

/**
 * The links to these items, and those of these records, with their records; and all of these records, linked or not. Links first,
 * then records, each in the order of the records' ids.
 */
export async function lockByItemOrRecord(
  db: Executor,
  workspaceId: string,
  syncId: string,
  externalIds: readonly string[],
  recordIds: readonly string[],
): Promise<{ linked: LinkedRecord[]; records: ReadonlyMap<string, RecordRow> }> {
  const ofItems = await recordsOfItems(db, workspaceId, syncId, externalIds)
  const links = await readLinks(db, workspaceId, syncId, [...ofItems.values(), ...recordIds], 'for update')
  const records = await lockRecords(db, workspaceId, [...links.map(link => link.record_id), ...recordIds])
  return { linked: links.map(link => ({ link, record: records.get(link.record_id) })), records }
}

/** The same by the records' ids. */
export async function lockByRecord(
  db: Executor,
  workspaceId: string,
  syncId: string,
  recordIds: readonly string[],
): Promise<LinkedRecord[]> {
  const links = await readLinks(db, workspaceId, syncId, recordIds, 'for update')
  const records = await lockRecords(
    db,
    workspaceId,
    links.map(link => link.record_id),
  )
  return links.map(link => ({ link, record: records.get(link.record_id) }))
}

/**
 * The links of these records in a sync, in the order of the records' ids, in which they are locked where that is asked for. One after
 * the other by the primary key, whatever the statistics know of the sync (see `averageOwner`).
 */
export async function readLinks(
  db: Executor,
  workspaceId: string,
  syncId: string,
  recordIds: readonly string[],
  lock?: 'for update',
): Promise<Link[]> {
  if (recordIds.length === 0) return []
  const ids = [...new Set(recordIds)].sort()
  const { rows } = await sql<Link>`
    select l.* from unnest(${ids}::text[]) as i(record_id)
    cross join lateral (
      select * from record_links k
      where k.sync_id = (select ${syncId}::text) and k.record_id = i.record_id and k.workspace_id = ${workspaceId} limit 1
      ${sql.raw(lock === 'for update' ? 'for update' : '')}
    ) l`.execute(db)
  return rows
}

async function lockRecords(
  db: Executor,
  workspaceId: string,
  recordIds: readonly string[],
): Promise<ReadonlyMap<string, RecordRow>> {
  const records = await readRecords(db, workspaceId, recordIds, 'for update')
  return new Map(records.map(record => [record.id, record]))
}

/** Removes links of a sync by their records' ids. By the primary key. */
export async function dropLinks(
  db: Executor,
  workspaceId: string,
  syncId: string,
  recordIds: readonly string[],
): Promise<void> {
  if (recordIds.length === 0) return
  await sql`
    delete from record_links l using unnest(${recordIds}::text[]) as i(record_id)
    where l.sync_id = ${averageOwner(syncId)} and l.record_id = i.record_id and l.workspace_id = ${workspaceId}`.execute(
    db,
  )
}

/** The records that have these items, by the items' ids. Relies on record_links_by_thing, whatever the statistics know of the sync. */
export async function recordsOfItems(
  db: Executor,
  workspaceId: string,
  syncId: string,
  externalIds: readonly string[],
): Promise<Map<string, string>> {
  if (externalIds.length === 0) return new Map()
  const { rows } = await sql<{ external_id: string; record_id: string }>`
    select i.external_id, l.record_id from unnest(${externalIds}::text[]) as i(external_id)
    cross join lateral (
      select k.record_id from record_links k
      where k.sync_id = (select ${syncId}::text) and k.external_id = i.external_id and k.workspace_id = ${workspaceId} limit 1
    ) l
    where i.external_id is not null`.execute(db)
  return new Map(rows.map(row => [row.external_id, row.record_id]))
}

/** Writes links, new and known ones; a write that was under way is over with it. */
export async function writeLinks(
  db: Executor,
  workspaceId: string,
  syncId: string,
  links: readonly LinkWrite[],
): Promise<void> {
  if (links.length === 0) return
  await sql`
    insert into record_links as l (workspace_id, sync_id, record_id, external_id, external_version,
      external_updated_at, external_hash, record_version, base, state, gone, conflict, error_code, error_message,
      provider_code, failures, retry_at, place, echoes, field_errors)
    select ${workspaceId}, ${syncId}, i."recordId", i."externalId", i."externalVersion", i."externalUpdatedAt",
      decode(i."externalHash", 'hex'), i."recordVersion", i.base, i.state, i.gone, i.conflict, i."errorCode",
      i."errorMessage", i."providerCode", i.failures, i."retryAt", i.place, i.echoes, i."fieldErrors"
    from jsonb_to_recordset(${JSON.stringify(links)}::jsonb) as i("recordId" text, "externalId" text,
      "externalVersion" text, "externalUpdatedAt" timestamptz, "externalHash" text, "recordVersion" int, base jsonb,
      state text, gone boolean, conflict jsonb, "errorCode" text, "errorMessage" text, "providerCode" text,
      failures int, "retryAt" timestamptz, place text, echoes jsonb, "fieldErrors" jsonb)
    on conflict (sync_id, record_id) do update set external_id = excluded.external_id,
      external_version = excluded.external_version, external_updated_at = excluded.external_updated_at,
      external_hash = excluded.external_hash,
      record_version = excluded.record_version, base = excluded.base, state = excluded.state, gone = excluded.gone,
      conflict = excluded.conflict, error_code = excluded.error_code,
      error_message = excluded.error_message, provider_code = excluded.provider_code, failures = excluded.failures,
      retry_at = excluded.retry_at, place = excluded.place, echoes = excluded.echoes,
      field_errors = excluded.field_errors, push_key = null, updated_at = now()
    where l.workspace_id = ${workspaceId}
  `.execute(db)
}
