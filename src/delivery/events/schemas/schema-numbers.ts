import type { FuncKeywordDefinition } from 'ajv'
import { compareNumbers, ExactNumber, isMultipleOf, isWhole } from '../../../json/exact-number.ts'
import { spend } from './schema-work.ts'

// Ajv knows numbers as doubles. What no double holds is shown to it as another number, whole or not as the real one is,
// and the keywords that look at a number's value ask here which one stands there.

/** By what it stands in, and the member or element that it is there. */
type Places = ReadonlyMap<object, ReadonlyMap<string, ExactNumber>>

let places: Places | undefined

/** Where a value stands: as Ajv tells it to its keywords. */
export interface Place {
  parentData: object
  parentDataProperty: string | number
}

/** The number that stands at a place where the validator sees one. */
export function numberAt(seen: number, { parentData, parentDataProperty }: Place): number | ExactNumber {
  return places?.get(parentData)?.get(String(parentDataProperty)) ?? seen
}

/** Runs a check on data in which other numbers stand in for those that no double can hold. */
export function withStandIns<T>(data: unknown, check: (data: unknown, place: Place) => T): T {
  const found = new Map<object, Map<string, ExactNumber>>()
  const shown = (value: unknown, parent: object, name: string): unknown => {
    if (value instanceof ExactNumber) {
      const here = found.get(parent) ?? found.set(parent, new Map()).get(parent)!
      here.set(name, value)
      return isWhole(value) ? 1 : 0.5
    }
    if (typeof value !== 'object' || value === null) return value
    const copy = Array.isArray(value) ? [] : {}
    for (const [member, inner] of Object.entries(value)) {
      const standIn = shown(inner, copy, member)
      Object.defineProperty(copy, member, { value: standIn, enumerable: true, writable: true, configurable: true })
    }
    return copy
  }
  const root = {}
  const copy = shown(data, root, '')
  places = found
  try {
    return check(copy, { parentData: root, parentDataProperty: '' })
  } finally {
    places = undefined
  }
}

const longest = 1_000

/** The keywords that look at a number's value, for data with numbers that no double holds. */
export const exactNumberKeywords: FuncKeywordDefinition[] = [
  keyword('maximum', 'must be <=', (value, limit) => compareNumbers(value, limit) <= 0),
  keyword('exclusiveMaximum', 'must be <', (value, limit) => compareNumbers(value, limit) < 0),
  keyword('minimum', 'must be >=', (value, limit) => compareNumbers(value, limit) >= 0),
  keyword('exclusiveMinimum', 'must be >', (value, limit) => compareNumbers(value, limit) > 0),
  keyword('multipleOf', 'must be multiple of', (value, divisor) => {
    if (typeof value === 'number') return Number.isInteger(value / divisor)
    // Dividing takes time that grows with the square of the digits.
    spend(value.source.length > longest ? Infinity : value.source.length)
    return isMultipleOf(value, divisor)
  }),
]

function keyword(
  name: string,
  message: string,
  holds: (value: number | ExactNumber, limit: number) => boolean,
): FuncKeywordDefinition {
  return {
    keyword: name,
    type: 'number',
    schemaType: 'number',
    compile: (limit: number) => (data: number, place?: Place) => holds(place ? numberAt(data, place) : data, limit),
    error: { message: ({ schema }) => `${message} ${schema as number}` },
  }
}
