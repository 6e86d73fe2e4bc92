import { ExactNumber } from '../json/exact-number.ts'

/** The value at a dotted path (`CompanyInfo.Id`) of a JSON value; undefined where the path leads nowhere. */
export function valueAt(json: unknown, path: string): unknown {
  return valueBehind(json, path.split('.'))
}

/** The same for a path that has been taken apart: splitting one for each of a page's thousand things takes its time. */
export function valueBehind(json: unknown, steps: readonly string[]): unknown {
  let value: unknown = json
  for (const step of steps) value = memberOf(value, step)
  return value
}

/**
 * What a value says under a name: never what JavaScript gives to every object, array or text. It is the inner loop of every
 * pull: of what is inherited all but two are functions, which JSON has none of.
 */
export function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined
  if (name === 'length' && Array.isArray(value)) return undefined
  if (name === '__proto__' && !Object.hasOwn(value, name)) return undefined
  const member = (value as Record<string, unknown>)[name]
  return typeof member === 'function' ? undefined : member
}

/** The value at a path as text: strings and numbers, these with all their digits; anything else is undefined. */
export function textAt(json: unknown, path: string): string | undefined {
  return textOf(valueAt(json, path))
}

/** A value as text: a string that is not empty, or a number with all its digits; undefined for anything else. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'string' && value !== '') return value
  return isNumber(value) ? String(value) : undefined
}

/** Whether it is a number, be it one that no double holds. */
export function isNumber(value: unknown): value is number | ExactNumber {
  return typeof value === 'number' || value instanceof ExactNumber
}
