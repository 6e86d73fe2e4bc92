import { sql, type RawBuilder } from 'kysely'
import type { Executor } from '../../db/database.ts'
import type { MatchKeys } from '../../catalogue/schema/items/lookup.ts'
import { valueAt } from '../../calls/json-path.ts'
import type { Item } from '../mapping/mapping.ts'
import { findCandidates, keptKeys, type Candidate } from '../matching/key-store.ts'
import { keysIn, keyValue } from '../matching/keys.ts'
import { isReady } from '../matching/ready-keys.ts'

const foundAtMost = 2_000
const scanMs = 5_000

/**
 * The records that have a key of an item and are free for a sync, or for one that is not there yet. Where the collection does not
 * keep its records' keys, its records are gone through, for as long as a caller waits for it.
 */
export async function candidatesOf(
  db: Executor,
  where: { workspaceId: string; collection: string; syncId: string | null },
  keys: MatchKeys,
  items: readonly Item[],
): Promise<Candidate[]> {
  const datas = items.map(({ json }) => JSON.parse(json) as unknown)
  if (items.length === 0 || keys.length === 0) return []
  const kept = await keptKeys(db, where.workspaceId, where.collection)
  if (isReady(kept, keys)) {
    return findCandidates(
      db,
      where,
      datas.map(data => keysIn(keys, data)),
    )
  }
  const records = await likely(db, where, keys, datas)
  const byKey = new Map<string, string[]>()
  for (const { id, data } of records) {
    for (const { text } of keysIn(keys, data)) byKey.set(text, [...(byKey.get(text) ?? []), id])
  }
  return datas.flatMap((data, index) =>
    keysIn(keys, data).flatMap(({ rank, text }) =>
      (byKey.get(text) ?? []).map(recordId => ({ index, rank, recordId })),
    ),
  )
}

/** Records that have a part of a key of one of some data, as the database sees it; who has the whole of it is found among them. */
async function likely(
  db: Executor,
  { workspaceId, collection, syncId }: { workspaceId: string; collection: string; syncId: string | null },
  keys: MatchKeys,
  datas: readonly unknown[],
): Promise<{ id: string; data: unknown }[]> {
  const conditions = keys.flatMap(paths => {
    const path = paths.find(one => !/(^|\.)(amount|total)$/.test(one)) ?? paths[0]!
    const values = datas.flatMap(data => keyValue(path, valueAt(data, path)) ?? [])
    return values.length === 0 ? [] : [sql`${written(path)} = any(${values}::text[])`]
  })
  if (conditions.length === 0) return []
  const find = async (trx: Executor) => {
    await sql.raw(`set local statement_timeout = ${scanMs}`).execute(trx)
    return sql<{ id: string; data: unknown }>`
      select r.id, r.data from records r
      left join record_links l on l.sync_id = (select ${syncId}::text) and l.record_id = r.id
      where r.workspace_id = ${workspaceId} and r.collection = ${collection} and r.deleted_at is null
        and (l.record_id is null or l.external_id is null or (l.gone and l.conflict is null))
        and (${sql.join(conditions, sql` or `)})
      order by r.change desc limit ${foundAtMost}`.execute(trx)
  }
  const { rows } = db.isTransaction ? await find(db) : await db.transaction().setAccessMode('read only').execute(find)
  return rows
}

/** A value of a record as it counts in a key. */
function written(path: string): RawBuilder<string> {
  const text = sql`(r.data #>> ${path.split('.')}::text[])`
  const plain = sql`lower(normalize(btrim(${text}), nfkc))`
  switch (path.split('.').at(-1)!) {
    case 'phone':
    case 'mobile':
      return sql<string>`regexp_replace(${text}, '\\D', '', 'g')`
    case 'taxNumber':
      return sql<string>`regexp_replace(${plain}, '[^[:alnum:]]', '', 'g')`
    case 'website':
      return sql<string>`regexp_replace(regexp_replace(${plain}, '^https?://(www\\.)?', ''), '/+$', '')`
    default:
      return sql<string>`${plain}`
  }
}
