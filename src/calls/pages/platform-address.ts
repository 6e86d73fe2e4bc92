import { HubError } from '../../errors.ts'
import type { CalledAt } from '../call.ts'
import { unexpectedList } from './list-answer.ts'
import type { Address } from './page-source.ts'

/**
 * An address that an answer has, as a URL without the parameters that carried the credential: it is kept as a cursor.
 * @throws HubError `PROVIDER_ERROR` when it is none, `PROVIDER_LIST_ENDLESS` when it is what was just read
 */
export function addressOf(text: string, calledAt: CalledAt): URL {
  const { url: called, unsaid } = calledAt
  // An address from the root on is one of the platform's host, which the app may reach behind a path of its own.
  const from = /^\/(?!\/)/.test(text) ? ownAddress(calledAt) : called
  if (text.trim() === '' || !URL.canParse(text, from)) throw unexpectedList()
  const url = new URL(text, from)
  for (const name of unsaid) url.searchParams.delete(name)
  url.hash = ''
  const { origin, pathname, search } = new URL(from)
  const isSame = url.origin === origin && url.pathname === pathname && url.search === search
  if (isSame) throw new HubError('PROVIDER_LIST_ENDLESS')
  return url
}

/** What was called, as the platform itself says it. */
function ownAddress({ base, url, hosts }: CalledAt): string {
  const host = hosts.find(one => one.base === base)
  return host ? host.own.replace(/\/$/, '') + pathBehind(base, new URL(url)) : url
}

/** The part of a URL that follows on a base, as a call's path. */
export function pathBehind(base: string, { pathname, search }: URL): string {
  const before = new URL(base).pathname.replace(/\/$/, '')
  const path = pathname.startsWith(`${before}/`) ? pathname.slice(before.length) : pathname
  // Braces would be filled from the connection's configuration.
  return path + search.replaceAll('{', '%7B').replaceAll('}', '%7D')
}

/**
 * Where an address is among the platform's hosts, as the app reaches them or as the platform itself says them.
 * @throws HubError `PROVIDER_ERROR` when it is at none: no other host gets the credential
 */
export function placeAmong({ hosts }: CalledAt, url: URL): Address {
  for (const { name, base, own } of hosts) {
    for (const known of [base, own]) {
      const { origin, pathname } = new URL(known)
      const before = pathname.replace(/\/$/, '')
      if (url.origin !== origin || !`${url.pathname}/`.startsWith(`${before}/`)) continue
      return { host: name, path: pathBehind(known, url) }
    }
  }
  throw unexpectedList()
}
