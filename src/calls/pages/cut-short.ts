import type { ListOf } from '../../catalogue/schema/items/pages.ts'
import { HubError } from '../../errors.ts'
import { textAt, valueAt } from '../json-path.ts'
import { unexpectedList } from './list-answer.ts'
import type { ListCall, PageSource } from './page-source.ts'

type Cut = NonNullable<ListOf<'cursor'>['cut']>

/**
 * The pages of a list of which an answer may say that it ends early, although there is more: what is behind is asked for by the
 * value of its last item, with which the next answer begins.
 * @param pagesOf the pages of the list by themselves, by a call
 */
export function uncutPages(call: ListCall, cut: Cut, pagesOf: (call: ListCall) => PageSource): PageSource {
  return {
    first: placeText('', ''),
    async fetch(text, signal) {
      const [from, cursor] = placeOf(text)
      let isCut = false
      const watched: ListCall = async (at, ...rest) => {
        const placed = from === '' || 'address' in at ? at : { params: { ...at.params, [cut.param]: from } }
        const answer = await call(placed, ...rest)
        isCut = valueAt(answer.body, cut.path) === cut.equals
        return answer
      }
      const page = await pagesOf(watched).fetch(cursor, signal)
      if (page.next !== null) return { ...page, next: placeText(from, page.next) }
      if (!isCut) return page
      const last = textAt(page.items.at(-1), cut.by)
      if (last === undefined) throw unexpectedList()
      // More items have one value than the platform tells: nothing leads past them.
      if (last === from) throw new HubError('PROVIDER_LIST_ENDLESS')
      return { ...page, next: placeText(last, '') }
    },
  }
}

function placeText(from: string, cursor: string): string {
  return JSON.stringify([from, cursor])
}

function placeOf(text: string): [from: string, cursor: string] {
  const [from, cursor] = JSON.parse(text) as [string, string]
  if (typeof from !== 'string' || typeof cursor !== 'string') throw unexpectedList()
  return [from, cursor]
}
