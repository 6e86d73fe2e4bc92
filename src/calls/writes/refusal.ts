import type { Meaning } from '../../catalogue/schema/calls.ts'
import { refusalIn } from '../errors.ts'
import { keptWords, platformWords, type PlatformWords } from './platform-words.ts'
import type { Refusal, Writes } from './write.ts'

const meant: Partial<Record<Meaning, Refusal>> = {
  'not-found': 'missing',
  stale: 'stale',
  duplicate: 'duplicate',
  rejected: 'rejected',
}

/** Why the platform refused one item; undefined when the error is not about the item. */
export function refusalOf(model: Pick<Writes, 'errors'>, error: unknown): Refusal | undefined {
  const refusal = refusalIn(error)
  if (refusal === undefined) return undefined
  const { status, providerCode, meaning } = refusal
  const own = knownReason(model, providerCode) ?? (meaning && meant[meaning])
  // These are about the connection or its app, not about the item.
  if (status === 401 || status === 403 || status === 407 || meaning === 'dead-grant') return undefined
  if (status === 404 || status === 410) return 'missing'
  if (status === 412) return 'stale'
  return own ?? 'rejected'
}

/** What a code says of one item. */
export function reasonOf(model: Pick<Writes, 'errors'>, code: string | undefined): Refusal {
  return knownReason(model, code) ?? 'rejected'
}

function knownReason({ errors }: Pick<Writes, 'errors'>, code: string | undefined): Refusal | undefined {
  if (code === undefined) return undefined
  if (errors?.stale?.includes(code)) return 'stale'
  if (errors?.duplicate?.includes(code)) return 'duplicate'
  return errors?.missing?.includes(code) ? 'missing' : undefined
}

/** What the platform said as it refused a call. */
export function saidIn(error: unknown): PlatformWords {
  const message = keptWords(error)
  const { providerCode } = refusalIn(error) ?? {}
  return { ...platformWords(providerCode, undefined), ...(message === undefined ? {} : { message }) }
}
