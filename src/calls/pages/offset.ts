import type { ListOf } from '../../catalogue/schema/items/pages.ts'
import { limitOf } from './list-call.ts'
import type { ListCall, PageSource } from './page-source.ts'
import { positionedPages } from './positioned.ts'

/** The pages of a list that is asked for by how many items to leave out, in an order that stays. */
export function offsetPages(call: ListCall, list: ListOf<'offset'>, idPath: string): PageSource {
  return positionedPages(list, idPath, list.first, (start, signal) =>
    call({ params: { [list.param]: start, ...limitOf(list) } }, signal),
  )
}
