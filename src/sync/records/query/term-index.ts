import { sql } from 'kysely'
import type { Database, Executor } from '../../../db/database.ts'
import type { RecordRow } from '../../links/link-store.ts'
import { termsOf } from './terms.ts'

// The terms of a collection's records are kept for those who look for them, not by those who write records: whoever searches first
// brings them up to the last change, by the change numbers, which miss nothing. A collection that nobody searches costs nothing.

/** Records whose terms are made in one transaction: what another's search waits for, at most. */
const madeTogether = 1_000
const bytesTogether = 4 * 1024 * 1024
const dayMs = 86_400_000

/** How far the terms of a collection are. */
export interface TermIndex {
  /** What its terms begin with, which keeps workspaces and collections apart in the one index. */
  number: number
  /** Of the collection's changes so many are in it. */
  indexed: number
  changes: number
}

/** Brings the terms of a collection up to date, for so long at most; gives how far they are. */
export async function bringUpToDate(
  db: Database,
  workspaceId: string,
  collection: string,
  forMs: number,
): Promise<TermIndex> {
  const until = performance.now() + forMs
  for (;;) {
    const index = await findIndex(db, workspaceId, collection)
    // Of a collection that there is not, nothing is kept.
    if (index.indexed >= index.changes || performance.now() > until) return index
    await db.transaction().execute(trx => makeTerms(trx, workspaceId, collection))
  }
}

/** How many changes a collection has seen; there are no more records in it. */
export async function changesOf(db: Executor, workspaceId: string, collection: string): Promise<number> {
  const row = await db
    .selectFrom('collections')
    .select('last_change')
    .where('workspace_id', '=', workspaceId)
    .where('name', '=', collection)
    .executeTakeFirst()
  return row?.last_change ?? 0
}

async function findIndex(db: Executor, workspaceId: string, collection: string): Promise<TermIndex> {
  const changes = await changesOf(db, workspaceId, collection)
  const row = await db
    .selectFrom('record_indexes')
    .select(['number', 'indexed_change', 'used_at'])
    .where('workspace_id', '=', workspaceId)
    .where('collection', '=', collection)
    .executeTakeFirst()
  if (!row) return { number: 0, indexed: 0, changes }
  if (row.used_at.getTime() < Date.now() - dayMs) await noteUse(db, workspaceId, collection)
  return { number: row.number, indexed: row.indexed_change, changes }
}

async function noteUse(db: Executor, workspaceId: string, collection: string): Promise<void> {
  await db
    .updateTable('record_indexes')
    .set({ used_at: sql`now()` })
    .where('workspace_id', '=', workspaceId)
    .where('collection', '=', collection)
    .execute()
}

/**
 * Brings the terms up to date in a transaction, and holds them until it ends: what it finds by them, nobody else who does so adds to.
 * Gives the collection's number.
 */
export async function holdIndex(trx: Executor, workspaceId: string, collection: string): Promise<number> {
  for (;;) {
    await makeTerms(trx, workspaceId, collection)
    const index = await findIndex(trx, workspaceId, collection)
    if (index.indexed >= index.changes) return index.number
  }
}

/** Makes the terms of the next changed records. Holds the collection's row of `record_indexes`: one at a time. */
async function makeTerms(trx: Executor, workspaceId: string, collection: string): Promise<void> {
  const { number, indexed_change: from } = await trx
    .insertInto('record_indexes')
    .values({ workspace_id: workspaceId, collection })
    .onConflict(known => known.columns(['workspace_id', 'collection']).doUpdateSet({ used_at: sql`now()` }))
    .returning(['number', 'indexed_change'])
    .executeTakeFirstOrThrow()
  // Before the records: what commits in between is the next one's.
  const last = await changesOf(trx, workspaceId, collection)
  // By records_by_change.
  const { rows: changed } = await sql<Pick<RecordRow, 'id' | 'change' | 'data' | 'deleted_at'>>`
    select id, change, data, deleted_at from (
      select next.*, sum(pg_column_size(data)) over (order by change) - pg_column_size(data) as before from (
        select id, change, data, deleted_at from records
        where workspace_id = ${workspaceId} and collection = ${collection} and change > ${from}
        order by change limit ${madeTogether}
      ) next
    ) measured where before < ${bytesTogether} order by change`.execute(trx)
  const upTo = changed.at(-1)?.change ?? last
  const alive = changed.filter(({ deleted_at }) => deleted_at === null)
  const gone = changed.filter(({ deleted_at }) => deleted_at !== null).map(({ id }) => id)
  if (alive.length > 0) {
    const rows = alive.map(({ id, data }) => ({ id, terms: termsOf(data).map(term => `${number}${term}`) }))
    await sql`
      insert into record_terms (record_id, workspace_id, terms)
      select i.id, ${workspaceId}, array_to_tsvector(i.terms)
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as i(id text, terms text[])
      on conflict (record_id) do update set terms = excluded.terms`.execute(trx)
  }
  if (gone.length > 0) {
    await trx
      .deleteFrom('record_terms')
      .where('workspace_id', '=', workspaceId)
      .where('record_id', '=', sql<string>`any(${gone}::text[])`)
      .execute()
  }
  await trx
    .updateTable('record_indexes')
    .set({ indexed_change: upTo })
    .where('workspace_id', '=', workspaceId)
    .where('collection', '=', collection)
    .execute()
}
