import type { Storage } from '../../storage.ts'
import { tooManyCalls } from './refusals.ts'

/** When each portal was called of late, for each sandbox. */
const called = new WeakMap<Storage, Map<string, number[]>>()

const windows = { calls: 10_000, searches: 1_000 }

/**
 * Counts a call: so many in ten seconds for each app and account, and so many searches in a second for each account. Gives the
 * headers that say what is left, which a search has not. Throws the refusal of one too many.
 * https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines
 */
export function countCall(storage: Storage, portal: string, isSearch: boolean): Record<string, string> {
  const row = storage.get<{ calls: number; searches: number }>(
    'SELECT calls, searches FROM hubspot_portals WHERE portal = ?',
    portal,
  )
  const { calls = 110, searches = 5 } = row ?? {}
  const most = isSearch ? searches : calls
  const kind = isSearch ? 'searches' : 'calls'
  const all = called.get(storage) ?? new Map<string, number[]>()
  called.set(storage, all)
  const key = `${portal} ${kind}`
  const now = Date.now()
  const recent = (all.get(key) ?? []).filter(at => at > now - windows[kind])
  all.set(key, recent)
  if (recent.length >= most) throw tooManyCalls(isSearch ? 'SECONDLY' : 'TEN_SECONDLY_ROLLING')
  recent.push(now)
  if (isSearch) return {}
  return {
    'x-hubspot-ratelimit-max': String(most),
    'x-hubspot-ratelimit-remaining': String(most - recent.length),
    'x-hubspot-ratelimit-interval-milliseconds': String(windows.calls),
    'x-hubspot-ratelimit-daily': '250000',
  }
}
