import { each, slicesAt, type SlicePath } from '../../src/json/slices.ts'
import { fc } from '../support/properties.ts'

describe('slicesAt', () => {
  it.each<[string, SlicePath, string[]]>([
    [' {"a": {"b" : [1, 2 ] } } ', ['a'], ['{"b" : [1, 2 ] }']],
    ['{"a":-1.50E3}', ['a'], ['-1.50E3']],
    ['{"a":null ,"b":true}', ['a'], ['null']],
    ['{"x":"\\"a\\":1","a":"}]\\\\"}', ['a'], ['"}]\\\\"']],
    ['{"\\u0061":1}', ['a'], ['1']],
    ['{"a":1,"a":2}', ['a'], ['2']],
    [
      '{"events":[{"data":{"2":1,"1":2}}, {"n":{"data":0},"data": []}]}',
      ['events', each, 'data'],
      ['{"2":1,"1":2}', '[]'],
    ],
    ['[[1,2],[3]]', [each, 0], ['1', '3']],
    ['[]', [each], []],
    ['{}', ['a'], []],
    [' 12 ', [], ['12']],
    ['{"a":[]}', ['a', 'length'], []],
  ])('of %s', (json, path, expected) => {
    expect(slicesAt(json, path)).toEqual(expected)
  })

  it('are what stands there, whatever stands around it', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.constantFrom(undefined, 1, '\t'), (value, indent) => {
        const json = JSON.stringify(value, undefined, indent)
        for (const [name, member] of Object.entries(value)) {
          expect(slicesAt(json, [name]).map(slice => JSON.parse(slice) as unknown)).toEqual([
            JSON.parse(JSON.stringify(member)),
          ])
        }
      }),
    )
  })
})
