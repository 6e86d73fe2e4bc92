import { readJson } from '../../src/json/read-json.ts'
import { stepsOf, textAt, valueAt, valueBehind } from '../../src/calls/json-path.ts'
import { withValue, type Values } from '../../src/calls/json-write.ts'
import { fc } from '../support/properties.ts'

describe('a path into an answer', () => {
  it.each([
    ['{"id":9007199254740993}', 'id', '9007199254740993'],
    ['{"a":{"id":12345678901234567890}}', 'a.id', '12345678901234567890'],
    ['{"id":7}', 'id', '7'],
    ['{"id":"7"}', 'id', '7'],
    ['{"id":""}', 'id', undefined],
    ['{"id":null}', 'id', undefined],
    ['{"id":true}', 'id', undefined],
    ['{"id":{}}', 'id', undefined],
  ])('into %s at %s gives the text of an id, with all its digits', (json, path, expected) => {
    expect(textAt(readJson(json), path)).toBe(expected)
  })

  it('leads to what the answer says, and not to what JavaScript has', () => {
    for (const path of [
      'constructor',
      'toString',
      '__proto__',
      'a.length',
      'b.length',
      'b.0.length',
      'constructor.name',
    ]) {
      expect(valueAt(readJson('{"a":[1],"b":["x"]}'), path)).toBeUndefined()
    }
    expect(valueAt(readJson('{"constructor":{"length":1},"a":[2]}'), 'constructor.length')).toBe(1)
    expect(valueAt(readJson('{"constructor":{"length":1},"a":[2]}'), 'a.0')).toBe(2)
  })
})

describe('a path through lists', () => {
  it.each([
    ['{"data":{"edges":[{"node":{"id":1}},{"cursor":"x"},{"node":{"id":2}}]}}', 'data.edges[].node.id', [1, 2]],
    ['[{"a":1},{"a":2}]', '[].a', [1, 2]],
    ['{"a":[{"b":[1,2]},{"b":[3]},{"b":null}]}', 'a[].b[]', [1, 2, 3]],
    ['{"a":[{"b":[1,2]},{"b":[3]}]}', 'a[].b', [[1, 2], [3]]],
    ['{"a":{"b":1}}', 'a[].b', undefined],
    ['{"@odata.nextLink":"x"}', '@odata\\.nextLink', 'x'],
    ['{"a.b":{"c":1}}', 'a\\.b.c', 1],
  ])('of %s at %s', (json, path, expected) => {
    expect(valueAt(readJson(json), path)).toEqual(expected)
  })
})

describe('writing at a path', () => {
  const at = (data: Values, path: string, value: unknown) => withValue(data, stepsOf(path), value)

  it('builds lists where it has numbers, and objects elsewhere', () => {
    expect(at({}, 'Addresses.0.Line1', 'x')).toEqual({ Addresses: [{ Line1: 'x' }] })
    expect(at({ Addresses: [{ City: 'y' }] }, 'Addresses.0.Line1', 'x')).toEqual({
      Addresses: [{ City: 'y', Line1: 'x' }],
    })
    expect(at({}, 'Addresses.2.Line1', 'x')).toEqual({ Addresses: [{}, {}, { Line1: 'x' }] })
    expect(at({}, 'tags.1', 'x')).toEqual({ tags: [null, 'x'] })
    expect(at({ lines: { 0: 'a' } }, 'lines.0', 'x')).toEqual({ lines: { 0: 'x' } })
    expect(at({}, 'a.1000000.b', 'x')).toEqual({ a: { 1000000: { b: 'x' } } })
    expect(at({ lines: [{ n: 1 }] }, 'lines[].amount', [5, 6])).toEqual({ lines: [{ n: 1, amount: 5 }, { amount: 6 }] })
    expect(at({}, '@odata\\.type', 'x')).toEqual({ '@odata.type': 'x' })
  })

  it('removes what is set to nothing, and what that leaves empty', () => {
    expect(at({ Addresses: [{ Line1: 'x' }], z: 1 }, 'Addresses.0.Line1', undefined)).toEqual({ z: 1 })
    expect(at({ Addresses: [{ Line1: 'x' }, { Line1: 'y' }] }, 'Addresses.0.Line1', null)).toEqual({
      Addresses: [null, { Line1: 'y' }],
    })
    expect(at({ Addresses: [{ Line1: 'x' }] }, 'Addresses.3.Line1', null)).toEqual({ Addresses: [{ Line1: 'x' }] })
    expect(at({ a: 1 }, 'b.c', null)).toEqual({ a: 1 })
  })

  it('changes a copy, and nothing that JavaScript has', () => {
    const before = { a: [{ b: 1 }] }
    expect(at(before, 'a.0.b', 2)).toEqual({ a: [{ b: 2 }] })
    expect(before).toEqual({ a: [{ b: 1 }] })
    at({}, '__proto__.polluted', true)
    at({}, 'constructor.prototype.polluted', true)
    expect('polluted' in {}).toBe(false)
  })

  it('is read back where it was written, whatever was there', () => {
    const step = fc.constantFrom('a', 'b', '0', '1', '12')
    fc.assert(
      fc.property(
        fc.array(step, { minLength: 1, maxLength: 4 }),
        fc.dictionary(step, fc.jsonValue()),
        (steps, data) => {
          expect(valueBehind(withValue(data, ['r', ...steps], 'x'), ['r', ...steps])).toBe('x')
          expect(valueBehind(withValue(data, steps, null), steps) ?? null).toBeNull()
        },
      ),
    )
  })
})
