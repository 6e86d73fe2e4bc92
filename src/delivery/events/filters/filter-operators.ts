import { compareNumbers, remainderOf } from '../../../json/exact-number.ts'
import { isNumber, memberOf } from '../../../calls/json-path.ts'
import { isPlain, type FilterOperator } from './filter-check.ts'
import { look, weightOf } from './filter-looks.ts'
import { isThere, Places, type Place } from './filter-places.ts'

/** One of the conditions of a query: whether the values that a path leads to meet it. */
export type Condition = (places: Places) => boolean

type ValueOperator = Exclude<FilterOperator, '$and' | '$or' | '$nor' | '$not' | '$all' | '$elemMatch'>

/** The operators that look at values, made ready with what stands beside them. */
export const operatorTests: Record<ValueOperator, (wanted: never) => Condition> = {
  $eq: (wanted: unknown) => any(1, value => isSame(wanted, value)),
  $ne: (wanted: unknown) => none(1, value => isSame(wanted, value)),
  $in: (wanted: unknown[]) => any(wanted.length + 1, value => wanted.some(one => isSame(one, value))),
  $nin: (wanted: unknown[]) => none(wanted.length + 1, value => wanted.some(one => isSame(one, value))),
  $gt: (limit: Limit) => any(1, value => isOrdered(value, limit, order => order > 0)),
  $gte: (limit: Limit) => any(1, value => isOrdered(value, limit, order => order >= 0)),
  $lt: (limit: Limit) => any(1, value => isOrdered(value, limit, order => order < 0)),
  $lte: (limit: Limit) => any(1, value => isOrdered(value, limit, order => order <= 0)),
  $mod: ([divisor, rest]: [number, number]) => any(1, value => isNumber(value) && remainderOf(value, divisor) === rest),
  $size: (size: number) => any(1, value => Array.isArray(value) && value.length === size),
  $exists: (wanted: boolean) => places => places.each.some(place => looked(place, 1) && isThere(place)) === wanted,
}

type Limit = number | string

/** Whether one element of an array meets a query by itself. Arrays in arrays are not searched. */
export function elementsTest(query: Condition): Condition {
  return places => {
    for (const place of places.each) {
      look(weightOf(place.value))
      if (!Array.isArray(place.value)) continue
      const owner = place.value as unknown[]
      const meets = (value: unknown, index: number) =>
        query(new Places([{ value, owner, name: String(index), isEnd: true }]))
      if (owner.some(meets)) return true
      if (!isPlain(place.owner)) return false
    }
    return false
  }
}

/** Whether one of the values, each weighed so many times, is as it should be. */
function any(times: number, test: (value: unknown) => boolean): Condition {
  return places => places.each.some(place => looked(place, times) && test(place.value))
}

function none(times: number, test: (value: unknown) => boolean): Condition {
  const found = any(times, test)
  return places => !found(places)
}

function looked({ value }: Place, times: number): true {
  look(times * weightOf(value))
  return true
}

/** Whether a value equals the one that a filter names. A missing value equals null. A filter's numbers are doubles. */
function isSame(wanted: unknown, value: unknown): boolean {
  if (wanted === null) return value === null || value === undefined
  if (typeof wanted !== 'object') return wanted === value
  if (Array.isArray(wanted)) {
    return Array.isArray(value) && wanted.length === value.length && wanted.every((one, n) => isSame(one, value[n]))
  }
  if (!isPlain(value) || isNumber(value)) return false
  const names = Object.keys(wanted)
  return (
    names.length === Object.keys(value).length &&
    names.every(name => Object.hasOwn(value, name) && isSame(memberOf(wanted, name), memberOf(value, name)))
  )
}

/** Texts are compared with texts, by their UTF-16 units, and numbers with numbers. */
function isOrdered(value: unknown, limit: Limit, meets: (order: number) => boolean): boolean {
  if (typeof limit === 'number') return isNumber(value) && meets(compareNumbers(value, limit))
  return typeof value === 'string' && meets(value < limit ? -1 : value > limit ? 1 : 0)
}
