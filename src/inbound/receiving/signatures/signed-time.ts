import { lifetimeMs } from '../../../catalogue/lifetime.ts'
import type { SignedTime } from '../../../catalogue/schema/webhooks/schemes.ts'
import { headerOf, type SignedRequest } from '../signed-request.ts'
import { elementsOf } from './given.ts'

const date = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)$/

/**
 * The time that was signed, as it is written; undefined when there is none, or it is too old, or too far ahead.
 * @param header the header of the signature
 * @param now Unix time in milliseconds
 */
export function signedTime(request: SignedRequest, header: string, time: SignedTime, now: number): string | undefined {
  const written =
    'header' in time ? headerOf(request, time.header) : elementsOf(headerOf(request, header) ?? '', time.element)[0]
  const at = written === undefined ? undefined : timeOf(written, time.unit)
  if (at === undefined) return undefined
  if (time.tolerance === undefined) return written
  const oldestMs = lifetimeMs(time.tolerance)
  return isRecent(at, oldestMs, time.ahead === undefined ? oldestMs : lifetimeMs(time.ahead), now) ? written : undefined
}

/** Whether a time is neither too old nor too far ahead; all in milliseconds. */
export function isRecent(at: number, oldestMs: number, aheadMs: number, now: number): boolean {
  return now - at <= oldestMs && at - now <= aheadMs
}

/** What a written time is in milliseconds since 1970; undefined when it is none. */
export function timeOf(written: string, unit: SignedTime['unit']): number | undefined {
  if (unit !== 'iso') return /^\d{1,15}$/.test(written) ? Number(written) * (unit === 'seconds' ? 1_000 : 1) : undefined
  const at = date.test(written) ? Date.parse(written) : NaN
  return Number.isNaN(at) ? undefined : at
}
