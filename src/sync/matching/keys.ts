import { hash } from 'node:crypto'
import type { MatchKeys } from '../../catalogue/schema/items/lookup.ts'
import { textOf, valueAt } from '../../calls/json-path.ts'

/** A key of some data: which of the list it is, by its place, and what it comes to. */
export interface Key {
  rank: number
  /** The same for the same paths and values, however those are written. */
  text: string
}

/** The keys that some data have: of each list of paths, where there is a value at every one. */
export function keysIn(keys: MatchKeys, data: unknown): Key[] {
  return keys.flatMap((paths, rank) => {
    const values = paths.map(path => keyValue(path, valueAt(data, path)))
    if (values.includes(undefined)) return []
    return [{ rank, text: hash('sha256', JSON.stringify([paths, values]), 'base64url').slice(0, 24) }]
  })
}

const digits = (text: string) => text.replace(/\D/g, '')
const lettersAndDigits = (text: string) => text.replace(/[^\p{L}\p{N}]/gu, '')

/** How values are written that platforms write in several ways, by the last name of their path. */
const written: Record<string, (text: string) => string> = {
  phone: digits,
  mobile: digits,
  taxNumber: lettersAndDigits,
  website: text => text.replace(/^https?:\/\/(www\.)?/, '').replace(/\/+$/, ''),
  amount: withoutZeros,
  total: withoutZeros,
}

/** `12.50` is `12.5`. */
function withoutZeros(text: string): string {
  return /^-?\d+\.\d+$/.test(text) ? text.replace(/\.?0+$/, '') : text
}

/** A value as it counts in a key: trimmed, without regard to capitals; undefined where it is nothing, or no single value. */
export function keyValue(path: string, value: unknown): string | undefined {
  const text = textOf(value)?.normalize('NFKC').trim().toLowerCase()
  if (text === undefined) return undefined
  const name = path.split('.').at(-1)!
  const own = Object.hasOwn(written, name) ? written[name]!(text) : text
  return own === '' ? undefined : own
}
