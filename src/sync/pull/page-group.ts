import type { PreparedPage } from './prepare-page.ts'

/** So many pages are committed together at most, with so many changes, and begun so long before: what breaks off reads them again. */
const most = { pages: 8, changes: 200, ms: 1_000 }

/** Pages of which little has changed, up to the last one read: a commit for each of them would cost more than reading them. */
export class PageGroup {
  #pages: PreparedPage | undefined
  #beganAt = 0

  /** What it has, which it has no more then. */
  take(): PreparedPage | undefined {
    const pages = this.#pages
    this.#pages = undefined
    return pages
  }

  /** Takes a page in; gives whether others may follow before it is committed. */
  add(page: PreparedPage): boolean {
    if (this.#pages) this.#pages = joined(this.#pages, page)
    else [this.#pages, this.#beganAt] = [page, Date.now()]
    const { met, stale } = this.#pages
    const isOpen = met.length < most.pages && stale.length < most.changes && Date.now() - this.#beganAt < most.ms
    return isOpen && isQuiet(page)
  }

  /** Whether a page can be committed together with what is in it. */
  fits(page: PreparedPage): boolean {
    return !this.#pages || (isQuiet(page) && this.#pages.stale.length + page.stale.length <= most.changes)
  }

  /** Whether it has a change of an item that a page shows as changed as well: one of them is older. */
  hasChangeOf(page: PreparedPage): boolean {
    return this.#pages !== undefined && shareChange(this.#pages, page)
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

function joined(pages: PreparedPage, page: PreparedPage): PreparedPage {
  return {
    ...page,
    met: [...pages.met, ...page.met],
    items: new Map([...pages.items, ...page.items]),
    stale: [...pages.stale, ...page.stale],
    asSeen: [...pages.asSeen, ...page.asSeen],
  }
}
