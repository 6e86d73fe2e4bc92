import sift from 'sift'
import { checkFilter } from '../../../src/delivery/events/filters/filter-check.ts'
import { compileFilter } from '../../../src/delivery/events/filters/filter.ts'
import { readJson } from '../../../src/json/read-json.ts'
import { fc } from '../../support/properties.ts'

type Filter = Record<string, unknown>

const meets = (filter: Filter, data: string) => {
  expect(checkFilter(filter)).toBeUndefined()
  return compileFilter(filter)(readJson(data), { left: 1e9 })
}

const names = fc.constantFrom('a', 'b', 'c')
const scalar = fc.constantFrom<unknown>(null, true, 0, 1, 2, 5.5, -1, 'x', 'y', '', '1')
/** Few values and names, so that filters meet them often; an array holds no array, which MongoDB and its imitators search differently. */
const data = fc.letrec<{ value: unknown; member: unknown }>(tie => ({
  value: fc.oneof({ maxDepth: 3 }, scalar, fc.dictionary(names, tie('member'), { maxKeys: 3 })),
  member: fc.oneof({ maxDepth: 3 }, tie('value'), fc.array(tie('value'), { maxLength: 3 })),
})).member
const path = fc
  .array(fc.oneof(names, fc.constantFrom('0', '1')), { minLength: 1, maxLength: 3 })
  .map(steps => steps.join('.'))
const limit = fc.constantFrom<unknown>(0, 1, 2, 5.5, 'x')
const several = fc.array(scalar, { minLength: 1, maxLength: 3 })
const operators = {
  $eq: data,
  $ne: scalar,
  $gt: limit,
  $gte: limit,
  $lt: limit,
  $lte: limit,
  $in: several,
  $nin: several,
  $exists: fc.boolean(),
  $all: several,
  $size: fc.nat(3),
}
const operation = fc.letrec<{ one: Filter }>(tie => ({
  one: fc.oneof(
    { maxDepth: 2 },
    fc.record(operators, { requiredKeys: [] }).filter(made => Object.keys(made).length > 0),
    fc.record({ $not: tie('one') }),
  ),
})).one
const query = fc.letrec<{ one: Filter }>(tie => ({
  one: fc.oneof(
    { maxDepth: 2 },
    fc.dictionary(path, fc.oneof(scalar, data, operation), { minKeys: 1, maxKeys: 2 }),
    operation,
    fc.record({ $elemMatch: tie('one') }),
    fc.tuple(names, tie('one')).map(([name, $elemMatch]) => ({ [name]: { $elemMatch } })),
    fc.record({ $not: tie('one') }),
    fc
      .constantFrom('$and', '$or', '$nor')
      .chain(name => fc.array(tie('one'), { minLength: 1, maxLength: 2 }).map(queries => ({ [name]: queries }))),
  ),
})).one

const { createQueryTester, ...siftOperators } = sift
const known = Object.fromEntries(Object.entries(siftOperators).filter(([name]) => name.startsWith('$')))

/** Without the empty prototypes of what was made at random. */
function plain<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T
}

/**
 * Where the other one is not the model: a missing element is null to its `$in` and `$ne`, and not to its `$eq`; an index
 * leads to a character of a text; a missing member is null inside a value; and data that is an array as a whole, which no
 * document is, meets `$or` and `$nor` by any one of its elements, even where `$not` or `$nor` stands in them.
 */
function isDisputed(filter: Filter, value: unknown): boolean {
  const text = JSON.stringify(filter)
  if (Array.isArray(value) && /\$n?or"/.test(text) && /\$(?:not|nor)"/.test(text)) return true
  if (hasNullInside(filter)) return true
  if (!/["\.][01](?:\.|":)/.test(text)) return false
  return text.includes('null') || /[[:,]"[^"]*"[\],}]|^"/.test(JSON.stringify(value))
}

/** Whether null stands in a value to be equal to, as in `{"a":{"b":null}}`. */
function hasNullInside(value: unknown, isValue = false, isInValue = false): boolean {
  if (value === null) return isInValue
  if (typeof value !== 'object') return false
  return Object.entries(value).some(([name, inner]) => {
    const isName = !name.startsWith('$')
    return hasNullInside(inner, isName || name === '$eq', isValue && isName)
  })
}

describe('a filter means', () => {
  it('what another imitator of MongoDB takes it for', () => {
    let met = 0
    fc.assert(
      fc.property(query, data, (made, value) => {
        const filter = plain(made)
        fc.pre(checkFilter(filter) === undefined && !isDisputed(filter, value))
        const expected = createQueryTester(filter as never, { operations: known as never })(plain(value))
        if (expected) met++
        expect(compileFilter(filter)(value, { left: 1e9 })).toBe(expected)
      }),
      { numRuns: 5_000 },
    )
    expect(met).toBeGreaterThan(200)
  })
})

describe('a filter sees the members that data has', () => {
  it.each<[Filter, string, boolean]>([
    [{ 'constructor.name': 'Object' }, '{}', false],
    [{ '__proto__.constructor': { $exists: true } }, '{}', false],
    [{ 'constructor.name': { $exists: false } }, '{}', true],
    [{ constructor: { $exists: true } }, '{}', false],
    [{ constructor: { $exists: true } }, '{"constructor":"x"}', true],
    [{ constructor: 'x' }, '{"constructor":"x"}', true],
    [{ constructor: { name: 'x' } }, '{"constructor":{"name":"x"}}', true],
    [{ '__proto__.a': 1 }, '{"__proto__":{"a":1}}', true],
    [{ toString: null }, '{}', true],
    [{ length: 0 }, '[]', false],
    [{ length: 0 }, '""', false],
    [{ length: 0 }, '{"length":0}', true],
    [{ 'a.length': 2 }, '{"a":[1,2]}', false],
    [{ 'a.length': 2 }, '{"a":"xy"}', false],
    [{ 'a.length': 2 }, '{"a":[{"length":2}]}', true],
    [{ 'a.0': 'x' }, '{"a":"xy"}', false],
    [{ 'a.0': 'x' }, '{"a":["x"]}', true],
    [{ 'a.0': 'x' }, '{"a":{"0":"x"}}', true],
    [{ 'a.1': null }, '{"a":["x"]}', true],
    [{ valueOf: { $ne: 1 } }, '{}', true],
    [{ a: { valueOf: 1 } }, '{"a":{"valueOf":1}}', true],
    [{ a: { toString: 1 } }, '{"a":{"b":1}}', false],
  ])('%j with %s', (filter, value, expected) => {
    expect(meets(filter, value)).toBe(expected)
  })
})

describe('a filter sees every digit', () => {
  it.each<[Filter, string, boolean]>([
    [{ v: 9007199254740992 }, '{"v":9007199254740992}', true],
    [{ v: 9007199254740992 }, '{"v":9007199254740993}', false],
    [{ v: { $ne: 9007199254740992 } }, '{"v":9007199254740993}', true],
    [{ v: { $gt: 9007199254740992 } }, '{"v":9007199254740993}', true],
    [{ v: { $lte: 9007199254740992 } }, '{"v":9007199254740993}', false],
    [{ v: { $lt: 9007199254740994 } }, '{"v":[9007199254740993]}', true],
    [{ v: { $in: [9007199254740992, 9007199254740994] } }, '{"v":9007199254740993}', false],
    [{ v: { $gt: 1e308 } }, '{"v":1e400}', true],
    [{ v: { $gt: 0 } }, '{"v":1e-400}', true],
    [{ v: { $gt: '0' } }, '{"v":1e400}', false],
    [{ v: { $mod: [2, 1] } }, '{"v":9007199254740993}', true],
    [{ v: { $mod: [2, 0] } }, '{"v":9007199254740993}', false],
    [{ v: { $mod: [5, -3] } }, '{"v":-9007199254740993}', true],
    [{ v: { $exists: true } }, '{"v":9007199254740993}', true],
    [{ 'v.source': { $exists: true } }, '{"v":9007199254740993}', false],
    [{ v: { source: '9007199254740993' } }, '{"v":9007199254740993}', false],
  ])('%j with %s', (filter, value, expected) => {
    expect(meets(filter, value)).toBe(expected)
  })
})

describe('a filter compares numbers with numbers', () => {
  it.each<[Filter, string, boolean]>([
    [{ v: { $mod: [4, 0] } }, '{"v":8}', true],
    [{ v: { $mod: [4, 0] } }, '{"v":-8}', true],
    [{ v: { $mod: [4, 0] } }, '{"v":"8"}', false],
    [{ v: { $mod: [4, 0] } }, '{"v":null}', false],
    [{ v: { $mod: [4, 0] } }, '{"v":[]}', false],
    [{ v: { $gte: 0 } }, '{"v":null}', false],
    [{ v: { $gte: 0 } }, '{"v":true}', false],
  ])('%j with %s', (filter, value, expected) => {
    expect(meets(filter, value)).toBe(expected)
  })

  it('and takes its logic in the place of a value too', () => {
    expect(meets({ v: { $or: [{ $lt: 1 }, { $gt: 5 }] } }, '{"v":6}')).toBe(true)
    expect(meets({ v: { $or: [{ $lt: 1 }, { $gt: 5 }] } }, '{"v":3}')).toBe(false)
  })
})
