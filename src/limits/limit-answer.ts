import type { LimitBody, LimitHeaders, StatedTime, ToldCost } from '../catalogue/schema/limits.ts'
import { parseRetryAfter } from '../outgoing/retry-after.ts'

/** What the provider answered, as far as limits go; header names in lower case. */
export interface LimitAnswer {
  status: number
  headers: Record<string, string | string[] | undefined>
  /** The text or number at a path of the body; undefined where there is none. */
  textAt?: (path: string) => string | undefined
  /** The wait that goes with the platform's own words for a limit, when the answer has them. */
  signMs?: number | undefined
}

/** Where answers tell of a limit, if they do. */
export interface LimitTold {
  headers?: LimitHeaders
  body?: LimitBody
}

/** What an answer says about limits. */
export interface Pause {
  /** How long the provider wants silence. */
  ms: number
  /** Whether the call was refused because of the limit: an answer that says nothing about what was asked. */
  refused: boolean
}

/** How long a provider is left alone that refuses for a limit and does not say for how long. */
export const unstatedPauseMs = 2_000
const longestPauseMs = 24 * 3_600_000

/**
 * What an answer says about limits; undefined when nothing. 429 is a limit, and so is another refusal that comes with a
 * Retry-After (RFC 9110, or in the body), whose limit's headers say that it is used up, or whose body says so in the platform's
 * own words. A 503 may say how long it lasts. A limit that is used up is not called against until its reset, even when the call
 * went well. A 401 is about the credential, and its headers about nobody's limit.
 * @param costMs how long it takes until there are the points that the call needs
 */
export function pauseAfter(answer: LimitAnswer, told: LimitTold, now: number, costMs?: number): Pause | undefined {
  const { status, signMs } = answer
  if (status === 401) return undefined
  const limited = status === 429 || signMs !== undefined
  const refusal = limited || (status >= 400 && status < 500)
  const stated = refusal || status === 503 ? statedWait(answer, told, now) : undefined
  const reset = remainingOf(answer, told) === 0 ? resetAfter(answer, told, now) : undefined
  const ms = stated ?? reset ?? (limited ? (costMs ?? signMs ?? unstatedPauseMs) : undefined)
  if (ms === undefined) return undefined
  const refused = limited || (refusal && stated !== undefined) || (status === 403 && reset !== undefined)
  return { ms: Math.min(Math.max(ms, 0), longestPauseMs), refused }
}

/** How many calls the provider says are left; undefined when it does not say. */
export function remainingOf({ headers, textAt }: LimitAnswer, told: LimitTold): number | undefined {
  const text = told.headers ? headerOf(headers, told.headers.remaining) : bodyText(textAt, told.body?.remaining)
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined
}

/** What an answer tells of a limit by cost, in points; each is undefined where it does not say. */
export interface AnsweredCost {
  actual: number | undefined
  requested: number | undefined
  available: number | undefined
  capacity: number | undefined
  restoresPerSecond: number | undefined
}

export function costOf({ textAt }: LimitAnswer, told: ToldCost): AnsweredCost {
  const points = (path: string | undefined) => {
    const text = bodyText(textAt, path)
    // Who has used more than there was may be told so.
    return countOf(text?.startsWith('-') ? '0' : text)
  }
  return {
    actual: points(told.actual),
    requested: points(told.requested),
    available: points(told.available),
    capacity: points(told.capacity) || undefined,
    restoresPerSecond: points(told.restoresPerSecond) || undefined,
  }
}

function statedWait({ headers, textAt }: LimitAnswer, { body }: LimitTold, now: number): number | undefined {
  return parseRetryAfter(headers['retry-after'], now) ?? timeUntil(bodyTime(textAt, body?.retryAfter), now)
}

function resetAfter({ headers, textAt }: LimitAnswer, told: LimitTold, now: number): number | undefined {
  const { headers: named, body } = told
  const stated = named ? { text: headerOf(headers, named.reset), in: named.resetIn } : bodyTime(textAt, body?.reset)
  return timeUntil(stated, now)
}

type Written = Pick<StatedTime, 'in'> & { text: string | undefined }

function bodyTime(textAt: LimitAnswer['textAt'], time: StatedTime | undefined): Written | undefined {
  return time && { text: bodyText(textAt, time.path), in: time.in }
}

/** How long it is until a time that an answer states; undefined where it states none. */
function timeUntil(written: Written | undefined, now: number): number | undefined {
  const value = countOf(written?.text)
  if (written === undefined || value === undefined) return undefined
  switch (written.in) {
    case 'unix-seconds':
      return Math.max(0, value * 1_000 - now)
    case 'unix-milliseconds':
      return Math.max(0, value - now)
    case 'seconds':
      return value * 1_000
    case 'milliseconds':
      return value
  }
}

function countOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}(\.\d+)?$/.test(text) ? Number(text) : undefined
}

function bodyText(textAt: LimitAnswer['textAt'], path: string | undefined): string | undefined {
  return path === undefined ? undefined : textAt?.(path)
}

function headerOf(headers: LimitAnswer['headers'], name: string): string | undefined {
  const value = headers[name]
  return Array.isArray(value) ? value[0] : value
}
