import type { Host } from '../../calls/call.ts'

const statuses = new Set([301, 302, 303, 307, 308])

/** A place at one of a platform's hosts: the path and query below its base. */
export interface PlatformPlace {
  host: Host
  path: string
}

/**
 * Where an answer leads that is to be followed: to one of the platform's own hosts, with the same method and body. Undefined
 * for every other answer, which is the caller's.
 */
export function redirectOf(
  answer: { status: number; location: string | string[] | undefined },
  asked: { method: string; url: string; canRepeat: boolean },
  hosts: readonly Host[],
): PlatformPlace | undefined {
  const { status, location } = answer
  if (!statuses.has(status) || typeof location !== 'string' || !URL.canParse(location, asked.url)) return undefined
  const isRead = asked.method === 'GET' || asked.method === 'HEAD'
  if (!asked.canRepeat || (!isRead && status !== 307 && status !== 308)) return undefined
  return placeAt(new URL(location, asked.url), hosts)
}

function placeAt(url: URL, hosts: readonly Host[]): PlatformPlace | undefined {
  if (url.username !== '' || url.password !== '') return undefined
  for (const host of hosts) {
    for (const known of [host.base, host.own]) {
      const { origin, pathname } = new URL(known)
      const before = pathname.replace(/\/$/, '')
      if (url.origin !== origin || !`${url.pathname}/`.startsWith(`${before}/`)) continue
      return { host, path: url.pathname.slice(before.length) + url.search }
    }
  }
  return undefined
}
