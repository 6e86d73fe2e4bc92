import LinkHeader from 'http-link-header'
import type { ListOf } from '../../catalogue/schema/items/pages.ts'
import type { ProviderAnswer } from '../call.ts'
import { addressOf, pathBehind } from './platform-address.ts'
import { pageOf, unexpectedList } from './list-answer.ts'
import { limitOf } from './list-call.ts'
import type { ListCall, PageSource } from './page-source.ts'

/** The pages of a list whose headers have a link with `rel="next"` (RFC 8288); the last page has none. */
export function linkedPages(call: ListCall, list: ListOf<'link'>): PageSource {
  return {
    first: '',
    async fetch(cursor, signal) {
      // A cursor without a path is a query alone, as they once were.
      const path = cursor.startsWith('/') ? cursor : `${list.path}?${cursor}`
      const answer = await call(cursor === '' ? { params: limitOf(list) } : { address: { path } }, signal)
      return pageOf(answer, list, () => nextLink(answer))
    },
  }
}

/**
 * The target of the link of an answer's headers, as a path and query from the API's base; null without one. It is followed as
 * it is, but at the called origin, whatever origin it names: no other gets the token.
 * @throws HubError `PROVIDER_ERROR` when it cannot be read, `PROVIDER_LIST_ENDLESS` when it is the page that was just read
 */
function nextLink({ headers, calledAt }: ProviderAnswer): string | null {
  const target = targetOf([headers.link].flat().filter(line => line !== undefined))
  if (target === undefined) return null
  const url = addressOf(target, calledAt)
  const own = calledAt.hosts.find(({ base }) => base === calledAt.base)?.own
  // What the platform says of itself follows on its own base, which the app may reach behind another.
  if (own !== undefined && new URL(own).origin === url.origin) return pathBehind(own, url)
  const called = new URL(calledAt.url)
  return pathBehind(calledAt.base, new URL(url.pathname + url.search, called.origin))
}

/** Relation types are compared without regard to case, and one link may have several. */
function targetOf(lines: string[]): string | undefined {
  try {
    const { refs } = LinkHeader.parse(lines.join(', '))
    return refs.find(({ rel }) => rel?.toLowerCase() === 'next')?.uri
  } catch {
    throw unexpectedList()
  }
}
