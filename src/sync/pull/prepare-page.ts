import { createHash } from 'node:crypto'
import type { ConnectionParts } from '../../connections/parts.ts'
import { audienceOf } from '../records/events.ts'
import { findStale, laterOf, type StaleThing } from './find-stale.ts'
import { isBadItem, type BadItem, type Thing } from '../mapping/mapping.ts'
import type { ReadPage } from '../../calls/pages/read-pages.ts'
import type { RunHold } from '../runs/run-hold.ts'

/** A page with what was found out about it without writing: the next page can be prepared while this one is committed. */
export interface PreparedPage {
  cursor: string
  /** A hash of the ids of its items; null for the last page, behind which nothing is asked for. */
  fingerprint: Buffer | null
  /** What it shows that the page before did not, by id. */
  things: ReadonlyMap<string, Thing>
  /** What it says is gone. */
  gone: ReadonlyMap<string, Thing>
  bad: PlacedItem[]
  stale: StaleThing[]
  /** Nobody has looked whether its things are known: they are taken for new, as those of the page before were. */
  isPresumedNew: boolean
}

/** An item that cannot be a record, with its number on the page. */
export interface PlacedItem extends BadItem {
  position: number
}

/**
 * Maps a page and compares it with what was last seen. Of a thing that is on it twice, or on the page before as well, the
 * version that the platform calls later counts; if that is this page's, it waits for the page before to be committed. Behind
 * a page of which all was new this one is taken for new too, as a first load is: the keys of the links tell where it is not.
 */
export async function preparePage(
  hub: ConnectionParts,
  hold: RunHold,
  page: ReadPage,
  before: { page: PreparedPage | undefined; committed: Promise<void> },
): Promise<PreparedPage> {
  const [things, gone] = [new Map<string, Thing>(), new Map<string, Thing>()]
  const bad: PlacedItem[] = []
  for (const [index, item] of page.items.entries()) {
    const thing = hold.mapping.thingOf(item)
    if (isBadItem(thing)) bad.push({ ...thing, position: index + 1 })
    else keepLater(hold, thing.gone ? gone : things, thing)
  }
  const fingerprint = page.next === null ? null : fingerprintOf([...things.keys(), ...gone.keys()])
  const repeated = takeOutRepeated(hold, things, before.page?.things)
  if (repeated) await before.committed
  const isPresumedNew = !repeated && hasOnlyNew(before.page) && !(await hearsOfNew(hub, hold))
  const stale = isPresumedNew ? presumeNew(things) : await findStale(hub, hold, [...things.values()])
  // After an interruption the page before is not at hand: what it had, and is as it was committed, is no news either.
  const changed = new Set(stale.map(({ thing }) => thing.externalId))
  for (const id of page.repeated) if (!changed.has(id)) things.delete(id)
  return { cursor: page.cursor, fingerprint, things, gone, bad, stale, isPresumedNew }
}

/** Whether a page has things, and nothing but things that the sync had never seen. */
export function hasOnlyNew(page: PreparedPage | undefined): boolean {
  if (!page || page.things.size === 0 || page.stale.length < page.things.size) return false
  return page.gone.size === 0 && page.bad.length === 0 && page.stale.every(({ recordId }) => recordId === null)
}

/** Whether somebody is told of new records: their pages are written row by row. */
export async function hearsOfNew(hub: ConnectionParts, { workspaceId }: RunHold): Promise<boolean> {
  return (await audienceOf(hub).types(hub.db, workspaceId)).has('record.created')
}

function presumeNew(things: ReadonlyMap<string, Thing>): StaleThing[] {
  return Array.from(things.values(), thing => ({ thing, recordId: null }))
}

/** Looks at the things of a page that were only taken for new. */
export async function lookAt(hub: ConnectionParts, hold: RunHold, page: PreparedPage): Promise<void> {
  page.stale = await findStale(hub, hold, [...page.things.values()])
  page.isPresumedNew = false
}

function keepLater(hold: RunHold, things: Map<string, Thing>, thing: Thing): void {
  const other = things.get(thing.externalId)
  things.set(thing.externalId, other ? laterOf(hold, other, thing) : thing)
}

/** Takes out what the page before shows as well, unless it has changed since. Gives whether something of that kind is left. */
function takeOutRepeated(hold: RunHold, things: Map<string, Thing>, before: ReadonlyMap<string, Thing> | undefined) {
  let isLeft = false
  for (const [id, thing] of before && before.size > 0 ? things : []) {
    const other = before!.get(id)
    if (!other) continue
    const isSame = other.version === thing.version && other.hash === thing.hash
    if (isSame || laterOf(hold, other, thing) === other) things.delete(id)
    else isLeft = true
  }
  return isLeft
}

function fingerprintOf(ids: string[]): Buffer | null {
  if (ids.length === 0) return null
  return createHash('sha256').update(JSON.stringify(ids.sort())).digest()
}
