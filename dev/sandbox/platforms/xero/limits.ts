import { z } from 'zod'
import type { Storage } from '../../storage.ts'
import { Problem } from './problems.ts'

/** What an organisation lets an app do: https://developer.xero.com/documentation/guides/oauth2/limits. A test may make it less. */
export const xeroLimits = z.strictObject({
  atOnce: z.number().int().positive().default(5),
  perMinute: z.number().int().positive().default(60),
  perDay: z.number().int().positive().default(5000),
  /** How long a minute is. */
  minuteMs: z.number().int().positive().default(60_000),
  /** How long an answer takes. */
  answerMs: z.number().int().nonnegative().default(0),
})

export type XeroLimits = z.infer<typeof xeroLimits>

/** Calls of one organisation: when they came, and how many are not answered yet. */
interface Calls {
  times: number[]
  today: number
  day: number
  open: number
}

const callsOf = new WeakMap<Storage, Map<string, Calls>>()

export function limitsOf(storage: Storage, tenant: string): XeroLimits {
  const row = storage.get<{ limits: string }>('SELECT limits FROM xero_limits WHERE tenant = ?', tenant)
  return xeroLimits.parse(row ? JSON.parse(row.limits) : {})
}

export function setLimits(storage: Storage, tenant: string, limits: XeroLimits): void {
  storage.run('INSERT OR REPLACE INTO xero_limits VALUES (?, ?)', tenant, JSON.stringify(limits))
  callsOf.get(storage)?.delete(tenant)
}

/** Counts a call; throws 429 where it is one too many. Gives the headers that its answer tells the rest by, and what ends it. */
export function countCall(storage: Storage, tenant: string): { headers: Record<string, string>; end(): void } {
  const limits = limitsOf(storage, tenant)
  const all = callsOf.get(storage) ?? new Map<string, Calls>()
  callsOf.set(storage, all)
  const now = Date.now()
  const day = Math.floor(now / 86_400_000)
  const calls = all.get(tenant) ?? { times: [], today: 0, day, open: 0 }
  all.set(tenant, calls)
  if (calls.day !== day) Object.assign(calls, { day, today: 0 })
  calls.times = calls.times.filter(time => time > now - limits.minuteMs)
  const headers = () => ({
    'x-minlimit-remaining': String(Math.max(0, limits.perMinute - calls.times.length)),
    'x-daylimit-remaining': String(Math.max(0, limits.perDay - calls.today)),
    'x-appminlimit-remaining': '9999',
  })
  const refuse = (which: string, seconds?: number) =>
    new Problem(429, '', {
      ...headers(),
      ...{ 'x-rate-limit-problem': which, ...(seconds === undefined ? {} : { 'retry-after': String(seconds) }) },
    })
  if (calls.open >= limits.atOnce) throw refuse('concurrent', 1)
  if (calls.today >= limits.perDay) throw refuse('day', Math.ceil(((day + 1) * 86_400_000 - now) / 1000))
  if (calls.times.length >= limits.perMinute)
    throw refuse('minute', Math.max(1, Math.ceil((calls.times[0]! + limits.minuteMs - now) / 1000)))
  calls.times.push(now)
  calls.today++
  calls.open++
  return { headers: headers(), end: () => void calls.open-- }
}
