import type { ListOf } from '../../catalogue/schema/items/pages.ts'
import { HubError } from '../../errors.ts'
import { textAt } from '../json-path.ts'
import { pageOf, unexpectedList } from './list-answer.ts'
import { limitOf } from './list-call.ts'
import type { ListCall, PageSource } from './page-source.ts'

/** The last value of a page, and the ids of the items that have it, which the next page shows again. */
interface Place {
  after: string
  shown: string[]
}

/** What may be put into a statement: ids, numbers and times, and nothing that ends a text. */
const plain = /^[\w.:+-]{1,200}$/

/** The pages of a list whose next one is what comes after the last item, by a member that the list's order follows. */
export function keysetPages(call: ListCall, list: ListOf<'keyset'>, idPath: string): PageSource {
  const idOf = (item: unknown) => textAt(item, idPath) ?? ''
  return {
    first: '',
    async fetch(cursor, signal) {
      const place = cursor === '' ? undefined : placeOf(cursor)
      const after = place && (list.after ?? '{after}').replaceAll('{after}', () => place.after)
      const answer = await call({ params: { ...limitOf(list), [list.param]: after } }, signal)
      return pageOf(answer, list, items => {
        if (items.length === 0 || (list.end === 'short-page' && items.length < list.page)) return null
        return nextPlace(list, items, idOf, place)
      })
    },
    repeats: cursor => (cursor === '' ? [] : placeOf(cursor).shown),
  }
}

function nextPlace(
  { by, inclusive, page }: ListOf<'keyset'>,
  items: unknown[],
  idOf: (item: unknown) => string,
  place: Place | undefined,
): string | null {
  const after = textAt(items.at(-1), by)
  if (after === undefined || !plain.test(after)) throw unexpectedList()
  if (inclusive !== true) {
    if (after === place?.after) throw new HubError('PROVIDER_LIST_ENDLESS')
    return JSON.stringify([after])
  }
  const known = new Set(place?.after === after ? place.shown : [])
  const isNew = items.some(item => textAt(item, by) !== place?.after || !known.has(idOf(item)))
  // More items have one value than a page holds: nothing leads past them.
  if (place?.after === after && items.length >= page) throw new HubError('PROVIDER_LIST_ENDLESS')
  if (!isNew) return null
  return JSON.stringify([after, ...items.filter(item => textAt(item, by) === after).map(idOf)])
}

function placeOf(cursor: string): Place {
  const [after, ...shown] = JSON.parse(cursor) as string[]
  if (after === undefined) throw unexpectedList()
  return { after, shown }
}
