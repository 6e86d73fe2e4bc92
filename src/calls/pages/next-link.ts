import LinkHeader from 'http-link-header'
import { HubError } from '../../errors.ts'
import type { ProviderAnswer } from '../call.ts'
import { unexpectedList } from './list-answer.ts'

/**
 * The target of the link with `rel="next"` of an answer's headers (RFC 8288), as a path and query from the API's base; null
 * without one. It is followed as it is, but at the API's own origin, whatever origin it names: no other gets the token.
 * @throws HubError `PROVIDER_ERROR` when it cannot be read, `PROVIDER_LIST_ENDLESS` when it is the page that was just read
 */
export function nextLink({ headers, calledAt: { base, url } }: ProviderAnswer): string | null {
  const target = targetOf([headers.link].flat().filter(line => line !== undefined))
  if (target === undefined) return null
  if (target.trim() === '' || !URL.canParse(target, url)) throw unexpectedList()
  const { origin, pathname, search } = new URL(target, url)
  const called = new URL(url)
  const isSame = origin === called.origin && pathname === called.pathname && search === called.search
  if (isSame) throw new HubError('PROVIDER_LIST_ENDLESS')
  const before = new URL(base).pathname.replace(/\/$/, '')
  const path = pathname.startsWith(`${before}/`) ? pathname.slice(before.length) : pathname
  // Braces would be filled from the connection's configuration.
  return path + search.replaceAll('{', '%7B').replaceAll('}', '%7D')
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
