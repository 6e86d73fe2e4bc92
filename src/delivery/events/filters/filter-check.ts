import { hasOddText } from '../../../json/oddities.ts'

// No `$where`, which runs code, and no `$regex`, which may run for ever.
const filterOperators = [
  '$eq',
  '$ne',
  '$gt',
  '$gte',
  '$lt',
  '$lte',
  '$in',
  '$nin',
  '$exists',
  '$and',
  '$or',
  '$nor',
  '$not',
  '$all',
  '$size',
  '$elemMatch',
  '$mod',
] as const

export type FilterOperator = (typeof filterOperators)[number]

export function isOperator(key: string): key is FilterOperator {
  return (filterOperators as readonly string[]).includes(key)
}

export function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Whether a field's value is operators, and not a value to be equal to. */
export function isOperation(value: unknown): value is Record<string, unknown> {
  return isPlain(value) && Object.keys(value).some(key => key.startsWith('$'))
}

const largestBytes = 8 * 1024
const mostConditions = 100
const deepest = 8

/** What a filter is wrong in, and where, as the path from the filter on. */
export interface FilterFault {
  path: string[]
  message: string
}

type Check = (value: unknown, path: string[], depth: number) => FilterFault | undefined

/** What is wrong with a filter; undefined when it is right. */
export function checkFilter(filter: Record<string, unknown>): FilterFault | undefined {
  const text = JSON.stringify(filter)
  if (Buffer.byteLength(text) > largestBytes) return { path: [], message: `At most ${largestBytes} bytes` }
  if (hasOddText(text)) {
    return { path: [], message: 'Without the character U+0000 and without halves of surrogate pairs' }
  }
  let conditions = 0
  const query: Check = (value, path, depth) => {
    if (!isPlain(value)) return { path, message: 'Must be an object' }
    if (depth > deepest) return { path, message: `At most ${deepest} levels` }
    return first(Object.entries(value), ([key, inner]) => {
      const at = [...path, key]
      if (++conditions > mostConditions) return { path: at, message: `At most ${mostConditions} conditions` }
      if (!key.startsWith('$')) return isOperation(inner) ? operation(inner, at, depth + 1) : literal(inner, at, depth)
      if (isOperator(key)) return checks[key](inner, at, depth + 1)
      return { path: at, message: `There is no such operator; there are ${filterOperators.join(' ')}` }
    })
  }
  const operation = (value: Record<string, unknown>, path: string[], depth: number) => {
    const mixed = Object.keys(value).find(key => !key.startsWith('$'))
    if (mixed === undefined) return query(value, path, depth)
    return { path: [...path, mixed], message: 'Must be an operator, as the others beside it are' }
  }
  const queries: Check = (value, path, depth) => {
    if (!Array.isArray(value) || value.length === 0) return { path, message: 'Must be an array with something in it' }
    return first([...value.entries()], ([index, inner]) => query(inner, [...path, String(index)], depth))
  }
  const checks: Record<FilterOperator, Check> = {
    $and: queries,
    $or: queries,
    $nor: queries,
    $not: query,
    $elemMatch: query,
    $eq: literal,
    $ne: literal,
    $gt: comparable,
    $gte: comparable,
    $lt: comparable,
    $lte: comparable,
    $in: literals,
    $nin: literals,
    $all: literals,
    $exists: (value, path) => (typeof value === 'boolean' ? undefined : { path, message: 'Must be true or false' }),
    $size: (value, path) => (isCount(value) ? undefined : { path, message: 'Must be a number of elements' }),
    $mod: (value, path) =>
      Array.isArray(value) && value.length === 2 && value.every(Number.isInteger) && value[0] !== 0
        ? undefined
        : { path, message: 'Must be a divisor other than 0 and a remainder' },
  }
  return query(filter, [], 0)
}

const literal: Check = (value, path, depth) => {
  if (depth > deepest) return { path, message: `At most ${deepest} levels` }
  if (Array.isArray(value)) {
    return first([...value.entries()], ([index, inner]) => literal(inner, [...path, String(index)], depth + 1))
  }
  if (!isPlain(value)) return undefined
  return first(Object.entries(value), ([key, inner]) =>
    key.startsWith('$')
      ? { path: [...path, key], message: 'An operator cannot stand in a value' }
      : literal(inner, [...path, key], depth + 1),
  )
}

const literals: Check = (value, path, depth) =>
  Array.isArray(value) ? literal(value, path, depth) : { path, message: 'Must be an array' }

const comparable: Check = (value, path) =>
  typeof value === 'number' || typeof value === 'string' ? undefined : { path, message: 'Must be a number or a text' }

function isCount(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 0
}

function first<Item>(items: Item[], check: (item: Item) => FilterFault | undefined): FilterFault | undefined {
  for (const item of items) {
    const fault = check(item)
    if (fault) return fault
  }
  return undefined
}
