import type { CallErrors, Meaning } from '../catalogue/schema/calls.ts'
import { HubError } from '../errors.ts'
import { textAt, valueAt } from './json-path.ts'
import { wordsOf } from './writes/platform-words.ts'

/** What an answer's body says of an error. */
export interface SaidError {
  /** It is one although its status says success. */
  inside200: boolean
  /** The platform's own code, if it looks like one: never a text of the platform's. */
  code?: string
  meaning?: Meaning
  /** Where it says in words what is wrong, where the definition names the places. */
  wordsAt?: string | string[]
}

/** What a body says of an error, as the definition tells. */
export function saidError(errors: CallErrors | undefined, body: unknown): SaidError {
  if (errors === undefined) return { inside200: false }
  const said = [errors.code].flat().map(path => textAt(body, path))
  const code = said.find(text => text !== undefined)
  const shown = code !== undefined && /^[A-Za-z0-9_.-]{1,64}$/.test(code) ? { code } : {}
  const known = code !== undefined && errors.meanings && Object.hasOwn(errors.meanings, code)
  const found = known ? errors.meanings![code]! : meaningOfWords(errors, body)
  const meaning = found === undefined ? {} : { meaning: found }
  const words = errors.message === undefined ? {} : { wordsAt: errors.message }
  return { inside200: isError(errors, body), ...shown, ...meaning, ...words }
}

/** What the words mean by which a platform says what is wrong. They are compared, and go nowhere. */
function meaningOfWords({ words, message }: CallErrors, body: unknown): Meaning | undefined {
  if (words === undefined) return undefined
  const said = wordsOf(body, message)?.toLowerCase()
  return Object.entries(words).find(([part]) => said?.includes(part))?.[1]
}

function isError({ inside200 }: CallErrors, body: unknown): boolean {
  if (inside200 === undefined) return false
  if (typeof inside200 === 'string') return isThere(valueAt(body, inside200))
  const value = valueAt(body, inside200.path)
  if ('without' in inside200) return isThere(value) && !isThere(valueAt(body, inside200.without))
  return isStated(inside200, value)
}

function isThere(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0
  return value !== undefined && value !== null && value !== false && value !== ''
}

type Sign = Exclude<CallErrors['inside200'], string | undefined>

function isStated(sign: Exclude<Sign, { without: string }>, value: unknown): boolean {
  if ('equals' in sign) return value === sign.equals
  return value !== undefined && value !== null && value !== sign.unless
}

/** What a refused call's error says: its status, the platform's code and what that means. Undefined for other errors. */
export function refusalIn(error: unknown): { status?: number; providerCode?: string; meaning?: Meaning } | undefined {
  if (!(error instanceof HubError) || error.code !== 'PROVIDER_REJECTED') return undefined
  return error.details ?? {}
}

/** Whether the provider answered that the credential is not good. A 403 is about what may be done with it. */
export function refusesCredential(error: unknown): boolean {
  const refusal = refusalIn(error)
  return refusal?.status === 401 || refusal?.meaning === 'dead-grant'
}
