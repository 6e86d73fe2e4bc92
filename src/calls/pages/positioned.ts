import type { ListDefinition } from '../../catalogue/schema/items/pages.ts'
import { HubError } from '../../errors.ts'
import type { ProviderAnswer } from '../call.ts'
import { textAt } from '../json-path.ts'
import { pageOf, unexpectedList } from './list-answer.ts'
import type { PageSource } from './page-source.ts'

/** So many items of a page are on the next one again. */
const overlap = 10

/** Where a page begins, and the last items of the page before, one of which it has to show. */
interface Place {
  start: number
  anchors: string[]
}

/**
 * Pages that are asked for by the position of their first item. When items before a position are removed, those behind it move
 * up, and a page asked for by position would skip some: each page therefore begins with the last items of the one before,
 * and one that shows none of them is read anew from further up. The next position is counted from what has come, as a
 * platform may give less than it was asked for; the end is a page with nothing behind the last item known.
 * @param first the position of the first item
 * @param at asks for what is at a position
 */
export function positionedPages(
  list: Exclude<ListDefinition, { kind: 'grid' }>,
  idPath: string,
  first: number,
  at: (start: number, signal: AbortSignal) => Promise<ProviderAnswer>,
): PageSource {
  const idOf = (item: unknown) => textAt(item, idPath) ?? ''
  return {
    first: String(first),
    places: {
      of: cursor => String(placeOf(cursor).start),
      behind: place => String(Number(place) + list.page - overlapOf(list.page)),
    },
    async fetch(cursor, signal) {
      const { start } = placeOf(cursor)
      return pageOf(await at(start, signal), list, items => {
        if (items.length === 0) return null
        const last = items.slice(-overlap).map(idOf)
        return cursorOf({ start: start + items.length - overlapOf(items.length), anchors: last })
      })
    },
    repeats: cursor => placeOf(cursor).anchors,
    gapBefore(cursor, { items }) {
      const { start, anchors } = placeOf(cursor)
      if (start === first || anchors.length === 0 || items.some(item => anchors.includes(idOf(item)))) return undefined
      return cursorOf({ start: Math.max(first, start - list.page), anchors })
    },
    isEnd(cursor, { items }) {
      const { anchors } = placeOf(cursor)
      if (anchors.length === 0 || idOf(items.at(-1)) !== anchors.at(-1)) return false
      // Whoever gives as much as that again has not looked at the position.
      if (items.length > 2 * overlap || items.length >= list.page) throw new HubError('PROVIDER_LIST_ENDLESS')
      return true
    },
  }
}

/** What two pages share: half of a small page, so that each goes further than the one before. */
function overlapOf(length: number): number {
  return Math.min(overlap, Math.ceil(length / 2))
}

function cursorOf({ start, anchors }: Place): string {
  return JSON.stringify([start, ...anchors])
}

/** A bare number is a place without anchors. */
function placeOf(cursor: string): Place {
  if (/^\d+$/.test(cursor)) return { start: Number(cursor), anchors: [] }
  const [start, ...anchors] = JSON.parse(cursor) as [number, ...string[]]
  if (!Number.isInteger(start)) throw unexpectedList()
  return { start, anchors }
}
