import type { ListOf } from '../../catalogue/schema/items/pages.ts'
import { HubError } from '../../errors.ts'
import { ExactNumber } from '../../json/exact-number.ts'
import { valueAt } from '../json-path.ts'
import { uncutPages } from './cut-short.ts'
import { cursorOf, pageOf, saysMore, unexpectedList } from './list-answer.ts'
import { limitOf } from './list-call.ts'
import type { ListCall, PageSource } from './page-source.ts'

/** The pages of a list whose next one is asked for by the last item's id, or by a token: text or a number. */
export function cursorPages(call: ListCall, list: ListOf<'cursor'>, idPath: string): PageSource {
  const { cut, ...rest } = list
  if (cut) return uncutPages(call, cut, watched => cursorPages(watched, rest, idPath))
  return {
    first: '',
    async fetch(cursor, signal) {
      const answer = await call({ params: { ...limitOf(list), [list.param]: sayable(list, cursor) } }, signal)
      return pageOf(answer, list, items => {
        const next = nextCursor(list, answer.body, items, idPath)
        if (next !== null && next === cursor) throw new HubError('PROVIDER_LIST_ENDLESS')
        return next
      })
    },
  }
}

function sayable({ numeric }: ListOf<'cursor'>, cursor: string): string | number | undefined {
  if (cursor === '' || !numeric) return cursor === '' ? undefined : cursor
  const number = Number(cursor)
  // JSON takes it with all its digits.
  return Number.isSafeInteger(number) ? number : (new ExactNumber(cursor) as unknown as number)
}

function nextCursor({ end, next }: ListOf<'cursor'>, body: unknown, items: unknown[], id: string): string | null {
  const more = end === 'no-cursor' ? undefined : saysMore(body, end.more)
  if (more === false) return null
  const cursor = cursorOf(next.from === 'last-id' ? valueAt(items.at(-1), id) : valueAt(body, next.path))
  if (cursor !== undefined) return cursor
  // A page that says there is more and not where would end the pass too early.
  if (more === true || (next.from === 'last-id' && items.length > 0)) throw unexpectedList()
  return null
}
