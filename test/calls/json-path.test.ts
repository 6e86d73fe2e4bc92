import { readJson } from '../../src/json/read-json.ts'
import { textAt, valueAt } from '../../src/calls/json-path.ts'

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
