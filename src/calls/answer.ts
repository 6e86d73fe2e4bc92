import { HubError } from '../errors.ts'
import { readJson } from '../json/read-json.ts'
import { textOf } from '../json/text-of.ts'
import { ownTurn } from '../json/turns.ts'
import type { Pause } from '../limits/limit-answer.ts'
import type { SaidError } from './errors.ts'
import { keepWords, wordsOf } from './writes/platform-words.ts'
import type { RawAnswer } from './send.ts'

/** What is larger takes milliseconds to parse. */
const largeBytes = 64 * 1024

/** Stands for a body that is not JSON. */
export const unreadable = Symbol('unreadable')

/** An answer's body as JSON; undefined when there is none. */
export async function bodyOf({ body }: RawAnswer): Promise<unknown> {
  if (body.length === 0) return undefined
  if (body.length > largeBytes) await ownTurn()
  try {
    return readJson(textOf(body))
  } catch {
    return unreadable
  }
}

/** Whether an answer is what was asked for. */
export function isSuccess(status: number, said: SaidError): boolean {
  return status >= 200 && status < 300 && !said.inside200
}

/**
 * Throws what an answer means that is not what was asked for.
 * @throws HubError as `ProviderClient` says
 */
export function assertSuccess(status: number, body: unknown, said: SaidError, pause: Pause | undefined): void {
  const retry = pause === undefined ? {} : { retryAfterMs: pause.ms }
  // Whatever its status: what is refused for a limit says nothing about the connection or the item that was asked for.
  if (pause?.refused) throw new HubError('RATE_LIMITED', retry)
  if (isSuccess(status, said)) {
    if (body === unreadable) throw new HubError('PROVIDER_ERROR', { message: "The provider's answer is not JSON." })
    return
  }
  const { code, meaning } = said
  const details = { status, ...(code ? { providerCode: code } : {}), ...(meaning ? { meaning } : {}) }
  const isRefusal = meaning === undefined ? status < 300 || (status >= 400 && status < 500) : meaning !== 'unavailable'
  throw isRefusal
    ? keepWords(new HubError('PROVIDER_REJECTED', { details }), wordsOf(body, said.wordsAt))
    : new HubError('PROVIDER_ERROR', { details, ...retry })
}
