import type { ListOf } from '../../catalogue/schema/items/pages.ts'
import { textAt } from '../json-path.ts'
import { pageOf, saysMore, unexpectedList } from './list-answer.ts'
import { limitOf } from './list-call.ts'
import type { ListCall, PageSource } from './page-source.ts'

/** The pages of a list by their numbers. */
export function numberedPages(call: ListCall, list: ListOf<'page'>): PageSource {
  return {
    first: String(list.first),
    places: { of: cursor => cursor, behind: place => String(Number(place) + 1) },
    async fetch(cursor, signal) {
      const number = Number(cursor)
      const answer = await call({ params: { [list.param]: number, ...limitOf(list) } }, signal)
      return pageOf(answer, list, items => (isLast(list, number, answer.body, items) ? null : String(number + 1)))
    },
  }
}

function isLast({ end, page }: ListOf<'page'>, number: number, body: unknown, items: unknown[]): boolean {
  if (end === 'empty-page') return items.length === 0
  if (end === 'short-page') return items.length < page
  if ('more' in end) return !saysMore(body, end.more)
  const last = Number(textAt(body, end.last))
  if (!Number.isInteger(last)) throw unexpectedList()
  return number >= last
}
