import { sql } from 'kysely'
import type { Values } from '../../calls/json-write.ts'
import { averageOwner } from '../../db/average-owner.ts'
import type { Executor } from '../../db/database.ts'
import type { ConnectionParts } from '../../connections/parts.ts'
import { emptyLink } from '../links/link-rows.ts'
import type { LinkWrite } from '../links/link-store.ts'
import { hashBytes } from '../mapping/canonical.ts'
import { unfitFields } from '../mapping/gaps.ts'
import type { Item } from '../mapping/mapping.ts'
import type { RunHold } from '../runs/run-hold.ts'
import { keysIn } from './keys.ts'
import { matchKeys } from './ready-keys.ts'

const linksAtOnce = 1_000
const keysOfHold = new WeakMap<RunHold, Promise<Set<string>>>()

/** The link of an item that may be one of several records: it says what the item is, and no record has its id. */
export function ambiguousLink(id: string, item: Item, failures: number): LinkWrite {
  return {
    ...emptyLink(id, item.externalId),
    externalVersion: item.version,
    externalUpdatedAt: item.updatedAt?.toISOString() ?? null,
    externalHash: hashBytes([item.hash]).toString('hex'),
    base: JSON.parse(item.json) as Values,
    state: 'error',
    errorCode: 'AMBIGUOUS_MATCH',
    failures: failures + 1,
    fieldErrors: unfitFields(item.gaps),
  }
}

/**
 * Which of some records may be an item that waits for a person to say which record it is: nothing is made of them meanwhile, as it
 * could be that item a second time. What waits is read once for a slice of a run, which finds such items before it pushes.
 */
export async function awaitingPerson(
  hub: ConnectionParts,
  hold: RunHold,
  records: readonly { id: string; data: unknown }[],
): Promise<Set<string>> {
  const keys = matchKeys(hold)
  if (keys.length === 0 || records.length === 0) return new Set()
  let waiting = keysOfHold.get(hold)
  if (!waiting) keysOfHold.set(hold, (waiting = keysWaiting(hub.db, hold)))
  const known = await waiting
  if (known.size === 0) return new Set()
  const isWaiting = ({ data }: { data: unknown }) => keysIn(keys, data).some(({ text }) => known.has(text))
  return new Set(records.filter(isWaiting).map(({ id }) => id))
}

/** The keys of all items of the sync that wait. Relies on record_links_in_trouble. */
async function keysWaiting(db: Executor, hold: RunHold): Promise<Set<string>> {
  const { workspaceId, sync } = hold
  const keys = matchKeys(hold)
  const texts = new Set<string>()
  for (let after = ''; ;) {
    const links = await db
      .selectFrom('record_links')
      .select(['record_id', 'base'])
      .where('workspace_id', '=', workspaceId)
      .where('sync_id', '=', averageOwner(sync.id))
      .where('state', '=', 'error')
      .where('error_code', '=', 'AMBIGUOUS_MATCH')
      .where('base', 'is not', null)
      .where('record_id', '>', after)
      .orderBy('record_id')
      .limit(linksAtOnce)
      .execute()
    for (const { base } of links) for (const { text } of keysIn(keys, base)) texts.add(text)
    if (links.length < linksAtOnce) return texts
    after = links.at(-1)!.record_id
  }
}

/** Has the records of a sync looked at again that waited for an item of which it is decided now what it is. */
export async function wakeWaiting(db: Executor, workspaceId: string, syncId: string): Promise<void> {
  await db
    .updateTable('record_links')
    .set({ retry_at: sql<Date>`now()` })
    .where('workspace_id', '=', workspaceId)
    .where('sync_id', '=', averageOwner(syncId))
    .where('state', '=', 'error')
    .where('error_code', '=', 'AMBIGUOUS_MATCH')
    .where('retry_at', '>', sql<Date>`now()`)
    .execute()
}
