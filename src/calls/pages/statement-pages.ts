import { HubError } from '../../errors.ts'
import { textAt } from '../json-path.ts'
import type { ListDefinition } from '../../catalogue/schema/pages.ts'
import { itemsAt, unexpectedList } from './list-answer.ts'
import type { ListCall, PageSource } from './page.ts'

/** So many things of a page are on the next one again. */
const overlap = 10

/** Where a page begins, and the last things of the page before, one of which it has to show. */
interface Place {
  start: number
  anchors: string[]
}

/**
 * The pages of a statement, in the order of the things' ids. When rows before a position are removed, those behind it move
 * up, and a page asked for by position would skip some: each page therefore begins with the last things of the one before,
 * and one that shows none of them is read anew from further up. The next position is counted from what has come, as a
 * platform may give less than it was asked for; the end is a page with nothing behind the last thing known.
 */
export function statementPages(
  call: ListCall,
  list: ListDefinition & { kind: 'query' },
  idPath: string,
  clause: string | undefined,
): PageSource {
  const where = clause === undefined ? '' : ` where ${clause}`
  const idOf = (item: unknown) => textAt(item, idPath) ?? ''
  return {
    first: '1',
    places: {
      of: cursor => String(placeOf(cursor).start),
      behind: place => String(Number(place) + list.page - overlap),
    },
    async fetch(cursor, signal) {
      const { start } = placeOf(cursor)
      const position = `startposition ${start} maxresults ${list.page}`
      const query = { [list.param]: `${list.statement}${where} orderby ${list.orderBy} ${position}` }
      const items = itemsAt((await call({ query }, signal)).body, list.items)
      if (items.length === 0) return { items, next: null }
      const last = items.slice(-overlap).map(idOf)
      return { items, next: cursorOf({ start: Math.max(1, start + items.length - overlap), anchors: last }) }
    },
    repeats: cursor => placeOf(cursor).anchors,
    gapBefore(cursor, { items }) {
      const { start, anchors } = placeOf(cursor)
      if (start === 1 || anchors.length === 0 || items.some(item => anchors.includes(idOf(item)))) return undefined
      return cursorOf({ start: Math.max(1, start - list.page), anchors })
    },
    isEnd(cursor, { items }) {
      const { anchors } = placeOf(cursor)
      if (anchors.length === 0 || idOf(items.at(-1)) !== anchors.at(-1)) return false
      // Whoever gives as much as that again has not looked at the position.
      if (items.length > 2 * overlap) throw new HubError('PROVIDER_LIST_ENDLESS')
      return true
    },
  }
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
