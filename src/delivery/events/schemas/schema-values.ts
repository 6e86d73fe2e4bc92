import type { FuncKeywordDefinition } from 'ajv'
import { plainOf } from '../../../json/exact-number.ts'
import { numberAt, type Place } from './schema-numbers.ts'
import { spend } from './schema-work.ts'

/**
 * The keywords that compare values, by their texts: in one pass over many elements, and whatever their members are called.
 * What ajv has compares each with each, and calls a member named `valueOf`.
 */
export const valueKeywords: FuncKeywordDefinition[] = [
  {
    keyword: 'uniqueItems',
    type: 'array',
    schemaType: 'boolean',
    compile: (wanted: boolean) => (items: unknown[]) => !wanted || allDiffer(items),
    error: { message: 'must NOT have duplicate items' },
  },
  {
    keyword: 'const',
    compile: (wanted: unknown) => isAmong([wanted]),
    error: { message: 'must be equal to constant' },
  },
  {
    keyword: 'enum',
    schemaType: 'array',
    compile: (wanted: unknown[]) => isAmong(wanted),
    error: { message: 'must be equal to one of the allowed values' },
  },
]

function allDiffer(items: unknown[]): boolean {
  const seen = new Set<string>()
  for (const [index, item] of items.entries()) {
    const text = canonical(item, { parentData: items, parentDataProperty: index })
    if (seen.has(text)) return false
    seen.add(text)
  }
  return true
}

function isAmong(wanted: unknown[]): (data: unknown, place?: Place) => boolean {
  const texts = new Set(wanted.map(value => canonical(value)))
  return (data, place) => texts.has(canonical(data, place))
}

/** JSON with the members in the order of their names, and numbers by their value. */
function canonical(value: unknown, place?: Place): string {
  spend(1)
  if (typeof value === 'string') spend(value.length >> 4)
  if (typeof value === 'number') {
    const number = place ? numberAt(value, place) : value
    return typeof number === 'number' ? JSON.stringify(number) : plainOf(number.source)
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) {
    const items = (value as unknown[]).map((item, index) =>
      canonical(item, { parentData: value, parentDataProperty: index }),
    )
    return `[${items.join()}]`
  }
  const members = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1))
  const texts = members.map(([name, inner]: [string, unknown]) => {
    return `${JSON.stringify(name)}:${canonical(inner, { parentData: value, parentDataProperty: name })}`
  })
  return `{${texts.join()}}`
}
