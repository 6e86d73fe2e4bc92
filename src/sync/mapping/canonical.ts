import { hash } from 'node:crypto'
import type { Values } from '../../calls/json-write.ts'

/** JSON with the keys of every object in order and without null members: the same values give the same text. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(item => canonicalJson(item ?? null)).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined && member !== null)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`)
  return `{${members.join(',')}}`
}

/** SHA-256 of a text. */
export function hashOf(text: string): Buffer {
  return hash('sha256', text, 'buffer')
}

/**
 * The same, each byte as a character: a buffer for each of a page's thousand items costs more than what it holds.
 */
export function hashTextOf(text: string): string {
  return hash('sha256', text, 'binary')
}

/** Such hashes one behind another, as bytes. */
export function hashBytes(hashes: readonly string[]): Buffer {
  return Buffer.from(hashes.join(''), 'latin1')
}

/** Whether two values say the same; missing and null are the same. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (a === b || (isNothing(a) && isNothing(b))) return true
  if (typeof a !== 'object' || typeof b !== 'object') return false
  return canonicalJson(a) === canonicalJson(b)
}

/** RFC 7396: members of the patch replace, null removes. */
export function mergePatch(data: Values, patch: Values): Values {
  const merged = { ...data }
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key]
    else if (isObject(value)) merged[key] = mergePatch(isObject(merged[key]) ? merged[key] : {}, value)
    else merged[key] = value
  }
  return merged
}

function isObject(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isNothing(value: unknown): value is null | undefined {
  return value === undefined || value === null
}
