import { sql } from 'kysely'
import { averageOwner } from '../../db/average-owner.ts'
import type { Executor } from '../../db/database.ts'
import { isId } from '../../ids.ts'
import type { Values } from '../../calls/json-write.ts'
import type { MatchKeys } from '../../catalogue/schema/items/lookup.ts'
import { canonicalJson, hashOf } from '../mapping/canonical.ts'
import type { Author } from '../history/write-history.ts'
import { writeKeys } from '../matching/key-store.ts'

/** A record to be made. */
export interface RecordInsert {
  id: string
  data: Values
  /** When somebody edited it, as an ISO time, where that is not now. */
  editedAt?: string | null
}

/** A record as it is to be; the caller holds its row locked. */
export interface RecordUpdate {
  id: string
  data: Values
  deleted: boolean
  /** The same: a platform tells of an edit later, or only wrote it its own way. */
  editedAt?: string | null
}

/**
 * Takes so many change numbers of a collection, in the caller's transaction; gives the one before the first, and the keys that
 * the collection keeps of its records. It stays locked for other writers until the commit, so records are locked before
 * numbers are taken.
 * @param maker the sync that makes the new ones among them; null for somebody else, undefined where there are none
 */
async function takeChanges(
  db: Executor,
  workspaceId: string,
  collection: string,
  count: number,
  maker: string | null | undefined,
): Promise<{ before: number; keys: MatchKeys | null }> {
  const row = await db
    .insertInto('collections')
    .values({ workspace_id: workspaceId, name: collection, last_change: count, sole_sync: maker ?? null })
    .onConflict(conflict =>
      conflict.columns(['workspace_id', 'name']).doUpdateSet({
        last_change: sql<number>`collections.last_change + excluded.last_change`,
        ...(maker === undefined
          ? {}
          : {
              sole_sync: sql<
                string | null
              >`case when collections.sole_sync = excluded.sole_sync then collections.sole_sync end`,
            }),
      }),
    )
    .returning(['last_change', 'match_keys'])
    .executeTakeFirstOrThrow()
  return { before: row.last_change - count, keys: row.match_keys }
}

/** Writes new and changed records of one collection with their keys, in the caller's transaction; new ones say who made them. */
export async function writeRecords(
  db: Executor,
  workspaceId: string,
  collection: string,
  inserts: readonly RecordInsert[],
  updates: readonly RecordUpdate[],
  by: Author,
): Promise<void> {
  const count = inserts.length + updates.length
  if (count === 0) return
  // What a sync makes are its items; of others' records nobody knows yet whose they are.
  const maker = isId('sync', by.actor) ? by.actor : null
  const made = inserts.length > 0 ? maker : undefined
  const { before, keys } = await takeChanges(db, workspaceId, collection, count, made)
  if (inserts.length > 0) {
    await sql`
      insert into records (id, workspace_id, collection, data, hash, change, created_by, created_run, edited_at)
      select i.id, ${workspaceId}, ${collection}, i.data, decode(i.hash, 'hex'), ${before}::bigint + i.ord,
        ${by.actor}, ${by.runId ?? null}, i."editedAt"
      from jsonb_to_recordset(${JSON.stringify(numbered(inserts, 1))}::jsonb)
        as i(id text, data jsonb, hash text, ord int, "editedAt" timestamptz)
    `.execute(db)
  }
  if (updates.length > 0) {
    await sql`
      update records r set data = i.data, hash = decode(i.hash, 'hex'), version = r.version + 1,
        change = ${before}::bigint + i.ord, updated_at = now(), edited_at = i."editedAt",
        deleted_at = case when i.deleted then coalesce(r.deleted_at, now()) end
      from jsonb_to_recordset(${JSON.stringify(numbered(updates, inserts.length + 1))}::jsonb)
        as i(id text, data jsonb, hash text, ord int, deleted boolean, "editedAt" timestamptz)
      where r.workspace_id = ${averageOwner(workspaceId)} and r.id = i.id
    `.execute(db)
  }
  if (keys === null) return
  const written = [...inserts.map(insert => ({ ...insert, deleted: false })), ...updates]
  const keyed = written.map(({ id, data, deleted }) => ({ id, data, isGone: deleted }))
  await writeKeys(db, workspaceId, collection, keys, keyed)
}

function numbered<Row extends RecordInsert>(rows: readonly Row[], from: number) {
  return rows.map((row, index) => ({
    ...row,
    hash: hashOf(canonicalJson(row.data)).toString('hex'),
    ord: from + index,
  }))
}
