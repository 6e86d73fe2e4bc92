import { sql } from 'kysely'
import type { Executor } from '../db/database.ts'
import type { Hub } from '../hub.ts'
import { newId } from '../ids.ts'
import { commitSettled, countsOf, isDataError } from './commit-settled.ts'
import { commitCreatedPage } from './create-page.ts'
import { audienceOf } from './events.ts'
import { findStale, type StaleThing } from './find-stale.ts'
import { lockByThing } from './link-store.ts'
import { isBadItem, type BadItem, type Thing } from './mapping.ts'
import type { RunHold, RunPlace } from './run-hold.ts'
import { emptyLink, failedLink, settleKnown, settleNew, unchanged, type Settled, type Sighting } from './settle.ts'

/** A page with what was found out about it without writing: the next page can be prepared while this one is committed. */
export interface PreparedPage {
  cursor: string
  /** How many items the platform gave. */
  count: number
  things: Thing[]
  bad: BadItem[]
  stale: StaleThing[]
}

/** Maps a page and compares it with what was last seen. */
export async function preparePage(
  hub: Hub,
  hold: RunHold,
  page: { cursor: string; items: unknown[] },
): Promise<PreparedPage> {
  const things = new Map<string, Thing>()
  const bad: BadItem[] = []
  for (const item of page.items) {
    const thing = hold.mapping.thingOf(item)
    if (isBadItem(thing)) bad.push(thing)
    else things.set(thing.externalId, thing)
  }
  const distinct = [...things.values()]
  const stale = await findStale(hub, hold.workspaceId, hold.sync.id, distinct)
  return { cursor: page.cursor, count: page.items.length, things: distinct, bad, stale }
}

/**
 * Commits a page: its records, links, counts and the place where the run goes on, all or nothing.
 * @throws HubError `SYNC_STOPPED`
 */
export async function commitPage(hub: Hub, hold: RunHold, page: PreparedPage, place: RunPlace): Promise<void> {
  const isNew = page.stale.every(({ recordId, thing }) => recordId === null && !thing.gone)
  if (isNew && page.bad.length === 0) {
    const isHeard = (await audienceOf(hub).types(hold.workspaceId)).has('record.created')
    if (page.stale.length === 0 || !isHeard) {
      try {
        return await commitNew(hub, hold, page, place)
      } catch (error) {
        // Something on it that Postgres does not take, or a link made since: the other way looks at each row.
        if (!isDataError(error)) throw error
      }
    }
  }
  await hub.db.transaction().execute(trx => commitMixed(hub, trx, hold, page, place))
}

function commitNew(hub: Hub, hold: RunHold, page: PreparedPage, place: RunPlace): Promise<void> {
  return commitCreatedPage(hub, hold, {
    cursor: page.cursor,
    seen: hold.run.compare ? page.things.map(thing => thing.externalId) : null,
    created: page.stale.map(({ thing }) => thing),
    counts: { pulled: page.count, unchanged: page.things.length - page.stale.length },
    place,
  })
}

async function commitMixed(hub: Hub, trx: Executor, hold: RunHold, page: PreparedPage, place: RunPlace): Promise<void> {
  if (hold.run.compare) await keepSeen(trx, hold, page)
  const settled = await settlePage(trx, hold, page)
  const failed = await commitRows(hub, trx, hold, settled)
  const errors = page.bad.length + failed
  await commitSettled(hub, trx, hold, [], countsOfPage(page, settled.length, errors), place)
}

function countsOfPage(page: PreparedPage, settled: number, failed: number) {
  return {
    pulled: page.count,
    unchanged: Math.max(0, page.things.length - settled),
    failed,
  }
}

/** What each stale thing of a page comes to. Things that are gone and were never known come to nothing. */
async function settlePage(trx: Executor, hold: RunHold, page: PreparedPage): Promise<Settled[]> {
  const { workspaceId, sync, mapping } = hold
  const settling = { mapping, policy: sync.conflict_policy, now: new Date() }
  const badIds = page.bad.flatMap(({ externalId }) => externalId ?? [])
  const ids = [...page.stale.map(({ thing }) => thing.externalId), ...badIds]
  const known = new Map(
    (await lockByThing(trx, workspaceId, sync.id, ids)).map(linked => [linked.link.external_id, linked]),
  )
  const settled = page.stale.flatMap(({ thing }): Settled[] => {
    const linked = known.get(thing.externalId)
    if (!linked) return thing.gone ? [] : [settleNew(settling, thing)]
    return [settleKnown(settling, linked, sightingOf(thing))]
  })
  const failed = page.bad.flatMap(({ externalId, errorCode }): Settled[] => {
    if (externalId === null) return []
    const link = known.get(externalId)?.link
    const before = link ? unchanged(link) : emptyLink(newId('record'), externalId)
    return [{ link: failedLink(before, errorCode, settling.now), collisions: 0 }]
  })
  return [...settled, ...failed]
}

export function sightingOf(thing: Thing): Sighting {
  if (!thing.gone) return { thing }
  return { gone: true, externalId: thing.externalId, version: thing.version, at: thing.updatedAt }
}

/**
 * Writes rows under a savepoint; what Postgres does not take is bisected down to the culprits, whose links say so. Gives how
 * many those are.
 */
async function commitRows(hub: Hub, trx: Executor, hold: RunHold, rows: readonly Settled[]): Promise<number> {
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

async function keepSeen(trx: Executor, hold: RunHold, page: PreparedPage): Promise<void> {
  // What could not be mapped is there all the same.
  const ids = [...page.things.map(thing => thing.externalId), ...page.bad.flatMap(({ externalId }) => externalId ?? [])]
  await trx
    .insertInto('sync_run_pages')
    .values({ run_id: hold.runId, cursor: page.cursor, external_ids: ids })
    .onConflict(conflict => conflict.doNothing())
    .execute()
}
