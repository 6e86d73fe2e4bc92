import { sql, type Selectable } from 'kysely'
import type { Executor } from '../../db/database.ts'
import type { Echoes, FieldErrors, LinkConflict, RecordLinksTable } from '../../db/schema/record-links.ts'
import type { RecordsTable } from '../../db/schema/records.ts'
import type { Values } from '../../calls/json-write.ts'

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
export function lockByItem(
  db: Executor,
  workspaceId: string,
  syncId: string,
  externalIds: string[],
): Promise<LinkedRecord[]> {
  return lockBy(db, workspaceId, syncId, 'external_id', externalIds)
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
  const links = await db
    .selectFrom('record_links')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('sync_id', '=', syncId)
    // By record_links_by_thing, and with what that gives by the primary key.
    .where(
      'record_id',
      'in',
      sql<string>`(select record_id from record_links
        where workspace_id = ${workspaceId} and sync_id = ${syncId} and external_id = any(${externalIds}::text[])
        union all select unnest(${recordIds}::text[]))`,
    )
    .orderBy('record_id')
    .forUpdate()
    .execute()
  const records = await lockRecords(db, workspaceId, [...links.map(link => link.record_id), ...recordIds])
  return { linked: links.map(link => ({ link, record: records.get(link.record_id) })), records }
}

/** The same by the records' ids. */
export function lockByRecord(
  db: Executor,
  workspaceId: string,
  syncId: string,
  recordIds: string[],
): Promise<LinkedRecord[]> {
  return lockBy(db, workspaceId, syncId, 'record_id', recordIds)
}

async function lockBy(
  db: Executor,
  workspaceId: string,
  syncId: string,
  column: 'external_id' | 'record_id',
  ids: string[],
): Promise<LinkedRecord[]> {
  const links = await db
    .selectFrom('record_links')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('sync_id', '=', syncId)
    .where(column, '=', sql<string>`any(${ids}::text[])`)
    .orderBy('record_id')
    .forUpdate()
    .execute()
  return withRecords(db, workspaceId, links)
}

async function withRecords(db: Executor, workspaceId: string, links: Link[]): Promise<LinkedRecord[]> {
  const records = await lockRecords(
    db,
    workspaceId,
    links.map(link => link.record_id),
  )
  return links.map(link => ({ link, record: records.get(link.record_id) }))
}

async function lockRecords(
  db: Executor,
  workspaceId: string,
  recordIds: readonly string[],
): Promise<ReadonlyMap<string, RecordRow>> {
  if (recordIds.length === 0) return new Map()
  const records = await db
    .selectFrom('records')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', sql<string>`any(${recordIds}::text[])`)
    .orderBy('id')
    .forUpdate()
    .execute()
  return new Map(records.map(record => [record.id, record]))
}

/** Removes links of a sync by their records' ids. */
export async function dropLinks(
  db: Executor,
  workspaceId: string,
  syncId: string,
  recordIds: readonly string[],
): Promise<void> {
  if (recordIds.length === 0) return
  await db
    .deleteFrom('record_links')
    .where('workspace_id', '=', workspaceId)
    .where('sync_id', '=', syncId)
    .where('record_id', '=', sql<string>`any(${recordIds}::text[])`)
    .execute()
}

/** The records that have these items, by the items' ids. Relies on record_links_by_thing. */
export async function recordsOfItems(
  db: Executor,
  workspaceId: string,
  syncId: string,
  externalIds: string[],
): Promise<Map<string, string>> {
  if (externalIds.length === 0) return new Map()
  const rows = await db
    .selectFrom('record_links')
    .select(['external_id', 'record_id'])
    .where('workspace_id', '=', workspaceId)
    .where('sync_id', '=', syncId)
    .where('external_id', '=', sql<string>`any(${externalIds}::text[])`)
    .execute()
  return new Map(rows.map(row => [row.external_id!, row.record_id]))
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
