import { createHash } from 'node:crypto'
import type { ConnectionParts } from '../../connections/parts.ts'
import { hearsOfCreated } from '../records/events.ts'
import { findStale, laterOf, type StaleItem } from './find-stale.ts'
import { hashOf } from '../mapping/canonical.ts'
import { isBadItem, type BadItem, type Item } from '../mapping/mapping.ts'
import { itemsOf } from '../mapping/references/read-items.ts'
import type { RunHold } from '../runs/run-hold.ts'
import { skippedBy } from './skipped.ts'
import type { WholePage } from './whole-things.ts'

/** By what a page is known when it is met again. */
export interface MetPage {
  /** Of where it began. */
  key: string
  /** A hash of the ids of its items, or of what the list names them by; null for the last page, behind which nothing is asked for. */
  fingerprint: Buffer | null
}

/** A page with what was found out about it without writing: the next page can be prepared while this one is committed. */
export interface PreparedPage {
  cursor: string
  /** By what it is known when it is met again; of several pages where they are committed together. */
  met: readonly MetPage[]
  /** What it shows that the page before did not, by id. */
  items: ReadonlyMap<string, Item>
  /** The items that it says are gone. */
  tombstones: ReadonlyMap<string, Item>
  bad: PlacedItem[]
  stale: StaleItem[]
  /** The ids of items that are as they were last seen, and were not looked at more closely. */
  asSeen: readonly string[]
  /** Nobody has looked whether its items are known: they are taken for new, as those of the page before were. */
  isPresumedNew: boolean
}

/** An item that cannot be a record, with its number on the page. */
export interface PlacedItem extends BadItem {
  position: number
  /** The hash of the item as it came: whether it has changed since a person left it so. Hexadecimal. */
  hash: string
}

/**
 * Maps a page and compares it with what was last seen. Of an item that is on it twice, or on the page before as well, the
 * version that the platform calls later counts; if that is this page's, it waits for the page before to be committed. Behind
 * a page of which all was new this one is taken for new too, as a first load is: the keys of the links tell where it is not.
 */
export async function preparePage(
  hub: ConnectionParts,
  hold: RunHold,
  page: WholePage,
  before: { page: PreparedPage | undefined; commit(): Promise<void> },
): Promise<PreparedPage> {
  const [items, tombstones] = [new Map<string, Item>(), new Map<string, Item>()]
  const bad: PlacedItem[] = []
  const isSkipped = skippedBy(hold.mapping.model)
  const shown = [...page.items.entries()].filter(([, raw]) => !isSkipped(raw))
  const mapped = await itemsOf(
    hold,
    shown.map(([, raw]) => raw),
  )
  for (const [at, item] of mapped.entries()) {
    const [index, raw] = shown[at]!
    if (isBadItem(item))
      bad.push({ ...item, position: index + 1, hash: hashOf(JSON.stringify(raw) ?? '').toString('hex') })
    else keepLater(hold, item.isDeleted ? tombstones : items, item)
  }
  const { asSeen = [] } = page
  const names = page.names ?? [...items.keys(), ...tombstones.keys(), ...asSeen]
  const fingerprint = page.next === null ? null : fingerprintOf([...names])
  const repeated = takeOutRepeated(hold, items, before.page?.items)
  if (repeated) await before.commit()
  const isPresumedNew = !repeated && hasOnlyNew(before.page) && !(await hearsOfNew(hub, hold))
  const stale = isPresumedNew ? presumeNew(items) : await findStale(hub, hold, [...items.values()])
  // After an interruption the page before is not at hand: what it had, and is as it was committed, is no news either.
  const changed = new Set(stale.map(({ item }) => item.externalId))
  for (const id of page.repeated) if (!changed.has(id)) items.delete(id)
  return {
    cursor: page.cursor,
    met: [{ key: keyOf(page.cursor), fingerprint }],
    items,
    tombstones,
    bad,
    stale,
    asSeen,
    isPresumedNew,
  }
}

/** Whether a page has items, and nothing but items that the sync had never seen. */
export function hasOnlyNew(page: PreparedPage | undefined): boolean {
  if (!page || page.items.size === 0 || page.stale.length < page.items.size) return false
  return (
    page.tombstones.size === 0 &&
    page.bad.length === 0 &&
    page.asSeen.length === 0 &&
    page.stale.every(({ recordId }) => recordId === null)
  )
}

/** Whether somebody is told of new records: their pages are written row by row. */
export async function hearsOfNew(hub: ConnectionParts, { workspaceId }: RunHold): Promise<boolean> {
  return hearsOfCreated(hub, hub.db, workspaceId)
}

function presumeNew(items: ReadonlyMap<string, Item>): StaleItem[] {
  return Array.from(items.values(), item => ({ item, recordId: null, isFailed: false }))
}

/** Looks at the items of a page that were only taken for new. */
export async function lookAt(hub: ConnectionParts, hold: RunHold, page: PreparedPage): Promise<void> {
  page.stale = await findStale(hub, hold, [...page.items.values()])
  page.isPresumedNew = false
}

function keepLater(hold: RunHold, items: Map<string, Item>, item: Item): void {
  const other = items.get(item.externalId)
  items.set(item.externalId, other ? laterOf(hold, other, item) : item)
}

/** Takes out what the page before shows as well, unless it has changed since. Gives whether something of that kind is left. */
function takeOutRepeated(hold: RunHold, items: Map<string, Item>, before: ReadonlyMap<string, Item> | undefined) {
  let isLeft = false
  for (const [id, item] of before && before.size > 0 ? items : []) {
    const other = before!.get(id)
    if (!other) continue
    const isSame = other.version === item.version && other.hash === item.hash
    if (isSame || laterOf(hold, other, item) === other) items.delete(id)
    else isLeft = true
  }
  return isLeft
}

/** A cursor as a key: a long one by its hash, as an index takes no row of some kilobytes. */
function keyOf(cursor: string): string {
  return cursor.length > 500 ? createHash('sha256').update(cursor).digest('base64url') : cursor
}

function fingerprintOf(ids: string[]): Buffer | null {
  if (ids.length === 0) return null
  return createHash('sha256').update(JSON.stringify(ids.sort())).digest()
}
