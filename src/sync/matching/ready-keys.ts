import { sql } from 'kysely'
import type { Executor } from '../../db/database.ts'
import type { ConnectionParts } from '../../connections/parts.ts'
import { findProvider } from '../../catalogue/find.ts'
import { matchKeysOf } from '../../catalogue/match-keys.ts'
import type { MatchKeys } from '../../catalogue/schema/items/lookup.ts'
import { readRecords } from '../records/read-records.ts'
import type { RunHold } from '../runs/run-hold.ts'
import { keptKeys, lockMatching, writeKeys, type KeptKeys } from './key-store.ts'

const recordsAtOnce = 1_000

/** The keys that the run's sync matches by. */
export function matchKeys({ sync, mapping }: RunHold): MatchKeys {
  return matchKeysOf(sync.match, mapping.model)
}

/** Whether nothing can match what a sync finds: all records of its collection are its own. */
export function hasAlone(kept: KeptKeys | undefined, syncId: string): boolean {
  return kept === undefined || kept.soleSync === syncId
}

/** Whether a look by these keys misses no record. */
export function isReady(kept: KeptKeys | undefined, keys: MatchKeys): boolean {
  return kept !== undefined && kept.isComplete && isCovered(keys, kept.keys ?? [])
}

/**
 * Has the collection keep the keys that the sync matches by, and writes those of the records that are there already: thousands a
 * second, once, when the second sync comes. Gives whether it is through; it goes on from what is committed.
 */
export async function readyKeys(
  hub: ConnectionParts,
  hold: RunHold,
  control?: { onProgress(): void; isOver(): boolean },
): Promise<boolean> {
  const keys = matchKeys(hold)
  if (keys.length === 0) return true
  const { workspaceId, sync } = hold
  for (;;) {
    const kept = await keptKeys(hub.db, workspaceId, sync.collection)
    if (hasAlone(kept, sync.id) || isReady(kept, keys)) return true
    if (isCovered(keys, kept?.keys ?? [])) await fillOn(hub, workspaceId, sync.collection)
    else await beginKeeping(hub, hold, keys)
    control?.onProgress()
    if (control?.isOver()) return false
  }
}

/** From its commit on, whoever writes a record of the collection writes its keys. */
async function beginKeeping(hub: ConnectionParts, { workspaceId, sync }: RunHold, keys: MatchKeys): Promise<void> {
  const { collection } = sync
  await hub.db.transaction().execute(async trx => {
    await lockMatching(trx, workspaceId, collection)
    const all = united([keys, ...(await keysOfSyncs(hub, trx, workspaceId, collection))])
    await trx
      .updateTable('collections')
      .set({ match_keys: JSON.stringify(all), keys_at: 0, keys_end: sql<number>`last_change`, sole_sync: null })
      .where('workspace_id', '=', workspaceId)
      .where('name', '=', collection)
      .execute()
  })
}

/** What the syncs of a collection match by. Relies on syncs_by_workspace. */
async function keysOfSyncs(
  hub: ConnectionParts,
  trx: Executor,
  workspaceId: string,
  collection: string,
): Promise<MatchKeys[]> {
  const syncs = await trx
    .selectFrom('syncs')
    .select(['provider', 'model', 'match'])
    .where('workspace_id', '=', workspaceId)
    .where('collection', '=', collection)
    .where('deleted_at', 'is', null)
    .execute()
  const all: MatchKeys[] = []
  for (const { provider, model, match } of syncs) {
    const definition = (await findProvider(hub, workspaceId, provider, trx)).models?.[model]
    if (definition) all.push(matchKeysOf(match, definition))
  }
  return all
}

/** Writes the keys of the next records that were there before. Relies on records_by_change. */
async function fillOn(hub: ConnectionParts, workspaceId: string, collection: string): Promise<void> {
  const state = await hub.db
    .selectFrom('collections')
    .select(['match_keys', 'keys_at', 'keys_end'])
    .where('workspace_id', '=', workspaceId)
    .where('name', '=', collection)
    .executeTakeFirst()
  if (!state || state.match_keys === null || state.keys_at === null) return
  const { match_keys: keys, keys_at: from, keys_end: end } = state
  // By the whole key of records_by_change: see `averageOwner`.
  const { rows: next } = await sql<{ id: string; change: number }>`
    select id, change from records
    where (workspace_id, collection, change) > (${workspaceId}, ${collection}, ${from}::bigint)
      and (workspace_id, collection, change) <= (${workspaceId}, ${collection}, ${end ?? 0}::bigint)
    order by workspace_id, collection, change limit ${recordsAtOnce}`.execute(hub.db)
  await hub.db.transaction().execute(async trx => {
    // What is changed meanwhile waits: its writer keeps the keys of what it writes.
    const ids = next.map(({ id }) => id)
    const records = await readRecords(trx, workspaceId, ids, 'for share')
    const keyed = records.map(({ id, data, deleted_at }) => ({ id, data, isGone: deleted_at !== null }))
    await writeKeys(trx, workspaceId, collection, keys, keyed)
  })
  await hub.db
    .updateTable('collections')
    .set({ keys_at: next.length < recordsAtOnce ? null : next.at(-1)!.change })
    .where('workspace_id', '=', workspaceId)
    .where('name', '=', collection)
    .where('keys_at', '<=', from)
    .where('match_keys', '=', sql<MatchKeys>`${JSON.stringify(keys)}::jsonb`)
    .execute()
}

function united(all: readonly MatchKeys[]): MatchKeys {
  const byText = new Map(all.flat().map(paths => [JSON.stringify(paths), paths]))
  return [...byText.values()].slice(0, mostKeys)
}

/** A sync's own come first: what others match by beyond these is kept when they ask for it. */
const mostKeys = 20

function isCovered(keys: MatchKeys, by: MatchKeys): boolean {
  const known = new Set(by.map(paths => JSON.stringify(paths)))
  return keys.every(paths => known.has(JSON.stringify(paths)))
}
