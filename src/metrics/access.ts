import { hash, timingSafeEqual } from 'node:crypto'

/** Whether metrics may be read: by everybody, unless a token is configured. */
export function mayReadMetrics(token: string | undefined, authorization: string | undefined): boolean {
  if (token === undefined) return true
  return timingSafeEqual(hash('sha256', `Bearer ${token}`, 'buffer'), hash('sha256', authorization ?? '', 'buffer'))
}
