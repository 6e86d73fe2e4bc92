import type { PreparedPage } from './prepare-page.ts'

/** So many pages are committed together at most, with so many changes, and begun so long before: what breaks off reads them again. */
const most = { pages: 8, changes: 200, ms: 1_000 }

/** Pages of which little has changed, up to the last one read: a commit for each of them would cost more than reading them. */
export class PageGroup {
  #pages: PreparedPage[] = []
  #beganAt = 0

  /** What it has, which it has no more then. */
  take(): PreparedPage | undefined {
    const pages = this.#pages
    this.#pages = []
    return pages.length > 1 ? joined(pages) : pages[0]
  }

  /** Takes a page in; gives whether others may follow before it is committed. */
  add(page: PreparedPage): boolean {
    if (this.#pages.length === 0) this.#beganAt = Date.now()
    this.#pages.push(page)
    const isOpen = this.#pages.length < most.pages && this.#changes() < most.changes
    return isOpen && Date.now() - this.#beganAt < most.ms && isQuiet(page)
  }

  /** Whether a page can be committed together with what is in it. */
  fits(page: PreparedPage): boolean {
    return this.#pages.length === 0 || (isQuiet(page) && this.#changes() + page.stale.length <= most.changes)
  }

  /** Whether it has a change of an item that a page shows as changed as well: one of them is older. */
  hasChangeOf(page: PreparedPage): boolean {
    return this.#pages.some(other => shareChange(other, page))
  }

  #changes(): number {
    return this.#pages.reduce((sum, { stale }) => sum + stale.length, 0)
  }
}

export function shareChange(one: PreparedPage, other: PreparedPage): boolean {
  const changed = new Set(one.stale.map(({ item }) => item.externalId))
  return changed.size > 0 && other.stale.some(({ item }) => changed.has(item.externalId))
}

/** Whether nothing on a page is told of but some changes of items. */
function isQuiet({ stale, bad, tombstones, isPresumedNew }: PreparedPage): boolean {
  return !isPresumedNew && bad.length === 0 && tombstones.size === 0 && stale.length <= most.changes / 2
}

function joined(pages: readonly PreparedPage[]): PreparedPage {
  return {
    ...pages.at(-1)!,
    met: pages.flatMap(({ met }) => met),
    items: new Map(pages.flatMap(({ items }) => [...items])),
    stale: pages.flatMap(({ stale }) => stale),
    asSeen: pages.flatMap(({ asSeen }) => asSeen),
  }
}
