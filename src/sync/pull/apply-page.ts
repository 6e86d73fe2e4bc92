import { sql } from 'kysely'
import { isUniqueViolation, type Executor } from '../../db/database.ts'
import { HubError } from '../../errors.ts'
import type { ConnectionParts } from '../../connections/parts.ts'
import { badItemLink, itemLink, placesPerPage } from './bad-items.ts'
import { commitSettled, countsOf, isDataError } from '../links/commit-settled.ts'
import { commitCreatedPage } from './create-page.ts'
import type { Item } from '../mapping/mapping.ts'
import { keptKeys, lockMatching } from '../matching/key-store.ts'
import { KeysNotReady, matchItems } from '../matching/match-items.ts'
import { hasAlone, matchKeys, readyKeys } from '../matching/ready-keys.ts'
import { settleItems } from '../matching/settle-page.ts'
import { hearsOfNew, lookAt, type PreparedPage } from './prepare-page.ts'
import { moveRun, type RunHold, type RunPlace } from '../runs/run-hold.ts'
import { emptyLink, failedLink, unchanged } from '../links/link-rows.ts'
import type { Settled, Change } from '../links/settle.ts'
import { suspect } from './suspects.ts'

/**
 * Commits a page, or several of which little has changed: their records, links, counts and the place where the run goes on, all or nothing. What a page says is gone
 * is only noted: a run deletes nothing before it has looked at each such item, and knows how many they are.
 * @throws HubError `SYNC_STOPPED`, `PROVIDER_LIST_ENDLESS` when the run has met its cursor or its items on a page before
 */
export async function commitPage(
  hub: ConnectionParts,
  hold: RunHold,
  page: PreparedPage,
  place: RunPlace,
): Promise<void> {
  try {
    const isNew = page.stale.every(({ item, recordId }) => recordId === null && isWhole(item))
    if (isNew && page.bad.length === 0 && page.tombstones.size === 0) {
      const isSilent = page.stale.length === 0 || !(await hearsOfNew(hub, hold))
      if (isSilent && (await commitNew(hub, hold, page, place))) return
    }
    if (page.isPresumedNew) await lookAt(hub, hold, page)
    await withKeysReady(hub, hold, () => hub.db.transaction().execute(trx => commitMixed(hub, trx, hold, page, place)))
  } catch (error) {
    const isMet = isUniqueViolation(error, 'sync_run_pages_pkey') || isUniqueViolation(error, 'sync_run_pages_once')
    throw isMet ? new HubError('PROVIDER_LIST_ENDLESS') : error
  }
}

/** Whether nothing about an item has to be noted beside its record, its link and what that waits for. */
function isWhole({ gaps }: Item): boolean {
  return !gaps || gaps.unfit.length === 0
}

/** Commits a page of new items in one statement; gives false when something on it needs a look at each row. */
async function commitNew(hub: ConnectionParts, hold: RunHold, page: PreparedPage, place: RunPlace): Promise<boolean> {
  const created = page.stale.map(({ item }) => item)
  const all = {
    met: page.met,
    seen: seenOn(hold, page),
    created,
    counts: {
      pulled: page.items.size + page.asSeen.length,
      unchanged: page.items.size - page.stale.length + page.asSeen.length,
    },
    place,
  }
  const { workspaceId, sync } = hold
  const kept = created.length === 0 ? undefined : await keptKeys(hub.db, workspaceId, sync.collection)
  const isMatched = created.length > 0 && matchKeys(hold).length > 0
  try {
    if (!isMatched || hasAlone(kept, sync.id)) {
      await commitCreatedPage(hub, hold, { ...all, keys: kept?.keys ?? null, isAlone: isMatched })
      return true
    }
    return await withKeysReady(hub, hold, () =>
      hub.db.transaction().execute(async trx => {
        await lockMatching(trx, workspaceId, sync.collection)
        const matches = await matchItems(trx, hold, created)
        if ([...matches.values()].some(({ kind }) => kind !== 'none')) return false
        const { keys = null } = (await keptKeys(trx, workspaceId, sync.collection)) ?? {}
        await commitCreatedPage(hub, hold, { ...all, keys, isAlone: false }, trx)
        return true
      }),
    )
  } catch (error) {
    // Something on it that Postgres does not take, a link made since, or records of others since.
    if (isDataError(error)) return false
    throw error
  }
}

/** Does something that looks records up by their keys; again where the collection does not keep them all yet. */
async function withKeysReady<Result>(
  hub: ConnectionParts,
  hold: RunHold,
  work: () => Promise<Result>,
): Promise<Result> {
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof KeysNotReady)) throw error
      await readyKeys(hub, hold)
    }
  }
}

async function commitMixed(
  hub: ConnectionParts,
  trx: Executor,
  hold: RunHold,
  page: PreparedPage,
  place: RunPlace,
): Promise<void> {
  // First of all: an attempt that holds the run no more must not take another's page for one met twice.
  await moveRun(trx, hold, {}, place)
  await trx
    .insertInto('sync_run_pages')
    .values(
      page.met.map(({ key, fingerprint }, at) => ({
        ...{ run_id: hold.runId, cursor: key, fingerprint },
        external_ids: at === 0 ? seenOn(hold, page) : null,
      })),
    )
    .execute()
  await suspect(trx, hold, [...page.tombstones.values()])
  const { settled, ambiguous } = await settlePage(trx, hold, page)
  const failed = await commitRows(hub, trx, hold, settled)
  const skipped = settled.filter(({ link }) => link.state === 'skipped').length
  const counts = {
    pulled: page.items.size + page.tombstones.size + page.bad.length + page.asSeen.length,
    unchanged: page.items.size - page.stale.length + page.asSeen.length,
    failed: page.bad.length - skipped + failed + ambiguous,
    skipped,
  }
  await moveRun(trx, hold, counts)
}

/** What a page showed, where what no page shows is to be found. What could not be mapped is there all the same. */
function seenOn(hold: RunHold, page: PreparedPage): string[] | null {
  if (!hold.run.compare) return null
  const bad = page.bad.flatMap(({ externalId }) => externalId ?? [])
  return [...page.items.keys(), ...page.tombstones.keys(), ...bad, ...page.asSeen]
}

/** What each stale item of a page comes to, and each item that cannot be taken. */
async function settlePage(
  trx: Executor,
  hold: RunHold,
  page: PreparedPage,
): Promise<{ settled: Settled[]; ambiguous: number }> {
  const badIds = page.bad.flatMap(({ externalId }) => externalId ?? [])
  const { settled, known, ambiguous } = await settleItems(trx, hold, page.stale, badIds)
  const now = new Date()
  const placed = page.bad.filter(({ externalId }) => externalId === null).slice(0, placesPerPage)
  const named = page.bad.filter(({ externalId }) => externalId !== null)
  const failed = [...named, ...placed].map((item): Settled => {
    const link = item.externalId === null ? undefined : known.get(item.externalId)?.link
    const before = link ? unchanged(link) : itemLink(hold.sync.id, page.cursor, item)
    return { link: badItemLink(before, item, now), collisions: 0 }
  })
  return { settled: [...settled, ...failed], ambiguous }
}

export function changeOf(item: Item): Change {
  if (!item.isDeleted) return { item }
  return { tombstone: true, externalId: item.externalId, version: item.version, at: item.updatedAt }
}

/**
 * Writes rows under a savepoint; what Postgres does not take is bisected down to the culprits, whose links say so. Gives how
 * many those are.
 */
async function commitRows(
  hub: ConnectionParts,
  trx: Executor,
  hold: RunHold,
  rows: readonly Settled[],
): Promise<number> {
  if (rows.length === 0) return 0
  await sql`savepoint rows`.execute(trx)
  try {
    await commitSettled(hub, trx, hold, rows, countsOf(rows))
    await sql`release savepoint rows`.execute(trx)
    return 0
  } catch (error) {
    if (!isDataError(error)) throw error
    await sql`rollback to savepoint rows`.execute(trx)
    hub.log.warn({ err: error, syncId: hold.sync.id, rows: rows.length }, 'rows that the database does not take')
  }
  if (rows.length === 1) {
    const { link } = rows[0]!
    const failed = failedLink(emptyLink(link.recordId, link.externalId), 'INVALID_ITEM', new Date())
    await commitSettled(hub, trx, hold, [{ link: failed, collisions: 0 }], {})
    return 1
  }
  const middle = rows.length >> 1
  const first = await commitRows(hub, trx, hold, rows.slice(0, middle))
  return first + (await commitRows(hub, trx, hold, rows.slice(middle)))
}
