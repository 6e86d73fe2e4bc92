import { HubError } from '../../errors.ts'
import { textOf, valueAt } from '../json-path.ts'

/** What a platform says of a row that it refuses: for the workspace's eyes alone, never for a log, a history or another's error. */
export interface PlatformWords {
  /** Its own code, if it looks like one. */
  code?: string
  message?: string
}

const longest = 500
/** Where platforms usually say it, at any depth. */
const names = [
  'message',
  'detail',
  'error_description',
  'error_message',
  'errormessage',
  'description',
  'msg',
  'title',
  'reason',
]
const most = 4
const mostLooks = 200

/**
 * What an error's body says in words: at the paths that the definition names, else in the usual places. Cleaned of control
 * characters and of what looks like a credential, and cut short; undefined when it says nothing.
 */
export function wordsOf(body: unknown, paths?: string | readonly string[]): string | undefined {
  const said = paths === undefined ? usualWords(body) : wordsAt(body, [paths].flat())
  const text = clean([...new Set(said)].join('; '))
  return text === '' ? undefined : text
}

/** Both, of one refused row. */
export function platformWords(
  code: string | undefined,
  body: unknown,
  paths?: string | readonly string[],
): PlatformWords {
  const message = wordsOf(body, paths)
  return {
    ...(code !== undefined && /^[\w.:-]{1,64}$/.test(code) ? { code } : {}),
    ...(message === undefined ? {} : { message }),
  }
}

function wordsAt(body: unknown, paths: readonly string[]): string[] {
  return paths.flatMap(path => [valueAt(body, path)].flat()).flatMap(value => textOf(value) ?? [])
}

function usualWords(body: unknown): string[] {
  const found: string[] = []
  const waiting: unknown[] = [body]
  for (let looks = 0; waiting.length > 0 && looks < mostLooks && found.length < most; looks++) {
    const value = waiting.shift()
    if (Array.isArray(value)) waiting.push(...(value as unknown[]).slice(0, 20))
    if (typeof value !== 'object' || value === null || Array.isArray(value)) continue
    for (const [name, member] of Object.entries(value)) {
      if (typeof member === 'object') waiting.push(member)
      else if (typeof member === 'string' && names.includes(name.toLowerCase())) found.push(member)
    }
  }
  // Some say it all in one member.
  const only = (body as { error?: unknown } | null)?.error
  return found.length === 0 && typeof only === 'string' ? [only] : found.slice(0, most)
}

function clean(text: string): string {
  const plain = text
    .slice(0, 4 * longest)
    .replace(/[\p{Cc}\s]+/gu, ' ')
    // Half of a surrogate pair is no text to Postgres.
    .toWellFormed()
    .replace(/\b(Bearer|Basic)\s+\S+/gi, '$1 …')
    .replace(/[\w+/=-]{40,}/g, '…')
    .trim()
  return plain.length <= longest ? plain : `${plain.slice(0, longest - 1).toWellFormed()}…`
}

const kept = new WeakMap<HubError, string>()

/** Keeps a platform's words with an error, where neither a log nor an answer finds them. */
export function keepWords(error: HubError, words: string | undefined): HubError {
  if (words !== undefined) kept.set(error, words)
  return error
}

/** The words that were kept with an error. */
export function keptWords(error: unknown): string | undefined {
  return error instanceof HubError ? kept.get(error) : undefined
}
