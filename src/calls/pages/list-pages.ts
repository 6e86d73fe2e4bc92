import { HubError } from '../../errors.ts'
import { textAt, valueAt } from '../json-path.ts'
import type { ModelDefinition } from '../../catalogue/schema/models.ts'
import type { ListDefinition } from '../../catalogue/schema/pages.ts'
import type { ProviderClient } from '../call.ts'
import { itemsAt, unexpectedList } from './list-answer.ts'
import { nextLink } from './next-link.ts'
import type { ListCall, PageSource } from './page.ts'
import { statementPages } from './statement-pages.ts'

/** What a list is narrowed to: by a condition of its statement, or by parameters. */
export interface Narrowed {
  clause?: string
  query?: Record<string, string | number>
}

/** The pages of a model's list, read as its definition says. */
export function listPages(client: ProviderClient, model: ModelDefinition, narrowed: Narrowed): PageSource {
  const { list } = model
  const call: ListCall = (at, signal) =>
    client.call({
      method: 'GET',
      ...('path' in at ? at : { path: list.path, query: { ...list.query, ...narrowed.query, ...at.query } }),
      ...(list.headers ? { headers: list.headers } : {}),
      signal,
    })
  switch (list.kind) {
    case 'query':
      return statementPages(call, list, model.id, narrowed.clause)
    case 'page':
      return numberedPages(call, list)
    case 'link':
      return linkedPages(call, list)
    case 'cursor':
      return cursorPages(call, list, model.id)
  }
}

function numberedPages(call: ListCall, list: ListDefinition & { kind: 'page' }): PageSource {
  return {
    first: String(list.first),
    places: { of: cursor => cursor, behind: place => String(Number(place) + 1) },
    async fetch(cursor, signal) {
      const query = { [list.param]: Number(cursor), [list.limitParam]: list.page }
      const items = itemsAt((await call({ query }, signal)).body, list.items)
      const isLast = items.length < (list.end === 'short-page' ? list.page : 1)
      return { items, next: isLast ? null : String(Number(cursor) + 1) }
    },
  }
}

function linkedPages(call: ListCall, list: ListDefinition & { kind: 'link' }): PageSource {
  return {
    first: '',
    async fetch(cursor, signal) {
      // A cursor without a path is a query alone, as they once were.
      const path = cursor.startsWith('/') ? cursor : `${list.path}?${cursor}`
      const answer = await call(cursor === '' ? { query: { [list.limitParam]: list.page } } : { path }, signal)
      return { items: itemsAt(answer.body, list.items), next: nextLink(answer) }
    },
  }
}

const maxCursorLength = 4096

function cursorPages(call: ListCall, list: ListDefinition & { kind: 'cursor' }, id: string): PageSource {
  return {
    first: '',
    async fetch(cursor, signal) {
      const query = { [list.limitParam]: list.page, ...(cursor === '' ? {} : { [list.param]: cursor }) }
      const { body } = await call({ query }, signal)
      const items = itemsAt(body, list.items)
      const next = nextCursor(list, body, items, id)
      if (next !== null && next === cursor) throw new HubError('PROVIDER_LIST_ENDLESS')
      return { items, next }
    },
  }
}

function nextCursor(list: ListDefinition & { kind: 'cursor' }, body: unknown, items: unknown[], id: string) {
  const says = list.end === 'no-cursor' ? undefined : valueAt(body, list.end.more)
  if (says === false) return null
  // A page that says there is more and not where would otherwise end the pass too early, and look like deletions.
  if (list.end !== 'no-cursor' && says !== true) throw unexpectedList()
  const [from, path] = list.next.from === 'last-id' ? [items.at(-1), id] : [body, list.next.path]
  const next = textAt(from, path)
  if (next !== undefined && next.length <= maxCursorLength && !next.includes('\0')) return next
  const isNothing = [undefined, null, ''].includes(valueAt(from, path) as undefined)
  if (says === true || next !== undefined || !isNothing || (list.next.from === 'last-id' && items.length > 0)) {
    throw unexpectedList()
  }
  return null
}
