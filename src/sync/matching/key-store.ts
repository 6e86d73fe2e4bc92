import { sql } from 'kysely'
import { textArray } from '../../db/array-literal.ts'
import type { Executor } from '../../db/database.ts'
import type { MatchKeys } from '../../catalogue/schema/items/lookup.ts'
import { keysIn, type Key } from './keys.ts'

/** What a collection keeps of its records' keys. */
export interface KeptKeys {
  /** The only sync that has made records in it; null where others have, or people. */
  soleSync: string | null
  /** The keys that are kept of each record that is no tombstone; null: none, as nobody has asked. */
  keys: MatchKeys | null
  /** Whether the records that were there before are through. */
  isComplete: boolean
}

/** What is kept of a collection; undefined for one without records. */
export async function keptKeys(db: Executor, workspaceId: string, collection: string): Promise<KeptKeys | undefined> {
  const row = await db
    .selectFrom('collections')
    .select(['sole_sync', 'match_keys', 'keys_at'])
    .where('workspace_id', '=', workspaceId)
    .where('name', '=', collection)
    .executeTakeFirst()
  return row && { soleSync: row.sole_sync, keys: row.match_keys, isComplete: row.keys_at === null }
}

/**
 * Whoever looks for records by their keys and makes new ones holds this until the commit, so that two do not make one record
 * each of what is the same. It is taken before any link, record or collection is locked.
 */
export async function lockMatching(db: Executor, workspaceId: string, collection: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext('matching'), hashtext(${`${workspaceId}/${collection}`}))`.execute(db)
}

/** Data of a record as it is now; without for a tombstone. */
export interface KeyedRecord {
  id: string
  data: unknown
  isGone: boolean
}

/** Brings the keys of records to what their data say; the caller holds the records, or has just made them. */
export async function writeKeys(
  db: Executor,
  workspaceId: string,
  collection: string,
  keys: MatchKeys,
  records: readonly KeyedRecord[],
): Promise<void> {
  if (records.length === 0) return
  const rows = records.flatMap(({ id, data, isGone }) =>
    isGone ? [] : keysIn(keys, data).map(({ text }) => [id, text]),
  )
  // By record_keys_by_record alone, whatever the statistics say: the workspace is compared with what that finds.
  await sql`
    with wanted as (
      select * from unnest(${textArray(rows.map(([id]) => id!))}::text[], ${textArray(rows.map(([, text]) => text!))}::text[])
        as w(record_id, key)
    ), gone as (
      delete from record_keys where ctid = any(array(
        select k.place from unnest(${textArray(records.map(({ id }) => id))}::text[]) as r(id)
        cross join lateral (
          select ctid as place, workspace_id, key from record_keys where record_id = r.id offset 0
        ) k
        where k.workspace_id = ${workspaceId}
          and not exists (select from wanted w where w.record_id = r.id and w.key = k.key)))
    )
    insert into record_keys (workspace_id, collection, key, record_id)
    select ${workspaceId}, ${collection}, key, record_id from wanted on conflict do nothing`.execute(db)
}

/** A record that has a key of an item. */
export interface Candidate {
  /** The item's number in what was asked, and the key's place in the list. */
  index: number
  rank: number
  recordId: string
}

/** Of a key that everybody has, such as the address of an office, so many records are looked at: that is enough to see that it tells nothing. */
const recordsPerKey = 100

/**
 * The records that have a key of an item and are free for a sync: it has none of them linked to an item that is there. Relies on
 * the primary key of record_keys, and those of records and record_links.
 */
export async function findCandidates(
  db: Executor,
  { workspaceId, collection, syncId }: { workspaceId: string; collection: string; syncId: string | null },
  items: readonly (readonly Key[])[],
): Promise<Candidate[]> {
  const asked = items.flatMap((keys, index) => keys.map(key => ({ ...key, index })))
  if (asked.length === 0) return []
  const { rows } = await sql<{ ord: number; record_id: string }>`
    select i.ord::int as ord, k.record_id
    from unnest(${textArray(asked.map(({ text }) => text))}::text[]) with ordinality as i(key, ord)
    cross join lateral (
      select record_id from record_keys
      where workspace_id = ${workspaceId} and collection = ${collection} and key = i.key limit ${recordsPerKey}
    ) k
    cross join lateral (
      select id from records where id = k.record_id and workspace_id = (select ${workspaceId}::text) and deleted_at is null limit 1
    ) r
    left join lateral (
      select * from record_links where sync_id = (select ${syncId}::text) and record_id = k.record_id limit 1
    ) l on true
    where l.record_id is null or l.external_id is null or (l.gone and l.conflict is null)
    order by i.ord, k.record_id`.execute(db)
  return rows.map(({ ord, record_id: recordId }) => {
    const { index, rank } = asked[ord - 1]!
    return { index, rank, recordId }
  })
}
