import type { ListOf } from '../../catalogue/schema/items/pages.ts'
import type { CalledAt } from '../call.ts'
import { valueAt } from '../json-path.ts'
import { addressOf, placeAmong } from './platform-address.ts'
import { cursorOf, pageOf, unexpectedList } from './list-answer.ts'
import { limitOf } from './list-call.ts'
import type { Address, ListCall, PageSource } from './page-source.ts'

/** The pages of a list whose answers have the next page's address in their body; the last page has none. */
export function addressPages(call: ListCall, list: ListOf<'address'>): PageSource {
  return {
    first: '',
    async fetch(cursor, signal) {
      const answer = await call(cursor === '' ? { params: limitOf(list) } : { address: readCursor(cursor) }, signal)
      return pageOf(answer, list, () => {
        const text = cursorOf(valueAt(answer.body, list.next))
        return text === undefined ? null : nextCursor(text, answer.calledAt)
      })
    },
  }
}

/** `api:/items?page=2`: the host's name, and the path behind its base. */
function nextCursor(text: string, calledAt: CalledAt): string {
  const { host, path } = placeAmong(calledAt, addressOf(text, calledAt))
  return `${host}:${path}`
}

function readCursor(cursor: string): Address {
  const [, host, path] = /^([^:/]+):(\/.*)$/s.exec(cursor) ?? []
  if (host === undefined || path === undefined) throw unexpectedList()
  return { host, path }
}
