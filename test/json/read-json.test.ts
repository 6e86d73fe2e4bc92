import { parse as parseLossless, LosslessNumber } from 'lossless-json'
import { ExactNumber } from '../../src/json/exact-number.ts'
import { JsonDepthError, JsonSyntaxError, readCarefully } from '../../src/json/read-carefully.ts'
import { examineJson, readJson } from '../../src/json/read-json.ts'
import { fc } from '../support/properties.ts'

/** Numbers as people and machines write them: long, short, with and without fractions and exponents. */
const digits = (most: number) => fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 1, maxLength: most })
const numberText = fc
  .record({
    minus: fc.constantFrom('', '-'),
    whole: fc.oneof(fc.constant('0'), digits(25)).map(text => text.replace(/^0+(?=\d)/, '')),
    fraction: fc.option(digits(25), { nil: undefined }),
    exponent: fc.option(fc.integer({ min: -400, max: 400 }), { nil: undefined }),
    mark: fc.constantFrom('e', 'E'),
  })
  .map(
    ({ minus, whole, fraction, exponent, mark }) =>
      `${minus}${whole}${fraction === undefined ? '' : `.${fraction}`}${exponent === undefined ? '' : `${mark}${exponent}`}`,
  )

/** JSON texts with white space, escapes and any names. */
const space = fc.constantFrom('', ' ', '\n\t')
const jsonText = fc.letrec<{ value: string }>(tie => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    numberText,
    fc.constantFrom('true', 'false', 'null'),
    fc.string({ unit: 'binary' }).map(text => JSON.stringify(text)),
    fc.tuple(space, fc.array(tie('value'), { maxLength: 5 })).map(([gap, items]) => `[${gap}${items.join(`,${gap}`)}]`),
    fc.tuple(space, fc.dictionary(fc.string(), tie('value'), { maxKeys: 5 })).map(
      ([gap, members]) =>
        `{${Object.entries(members)
          .map(([name, text]) => `${gap}${JSON.stringify(name)}${gap}:${text}`)
          .join()}${gap}}`,
    ),
  ),
})).value

/** What another reader that keeps digits makes of a text, with plain numbers where it says that they are safe. */
function judged(text: string): unknown {
  return parseLossless(text)
}

function same(own: unknown, other: unknown): boolean {
  if (other instanceof LosslessNumber) {
    return own instanceof ExactNumber ? own.source === other.value : Object.is(own, Number(other.value))
  }
  if (Array.isArray(own)) return own.every((item, index) => same(item, (other as unknown[])[index]))
  if (typeof own === 'object' && own !== null) {
    return Object.keys(own).every(name => same(own[name as never], (other as Record<string, unknown>)[name]))
  }
  return own === other
}

describe('readJson', () => {
  it.each([
    ['9007199254740993', '9007199254740993'],
    ['12345678901234567890', '12345678901234567890'],
    ['-9007199254740993.0', '-9007199254740993.0'],
    ['1e400', '1e400'],
    ['-1e400', '-1e400'],
    ['2e-324', '2e-324'],
    ['0.1000000000000000055511151231257827', '0.1000000000000000055511151231257827'],
  ])('keeps the digits of %s', (text, source) => {
    expect(readJson(text)).toBeInstanceOf(ExactNumber)
    expect(String(readJson(text))).toBe(source)
    expect(String((readJson(`{"a":[1,${text} ]}`) as { a: unknown[] }).a[1])).toBe(source)
    expect(JSON.stringify(readJson(`{"a":[${text}]}`))).toBe(`{"a":[${text}]}`)
  })

  it.each(['9007199254740992', '12345678901234567000', '1.10', '1E5', '1e21', '0.1', '5e-324', '-0', '0e999', '1e-7'])(
    'gives %s as the number that it is',
    text => {
      expect(readJson(`[${text}]`)).toEqual([Number(text)])
    },
  )

  it('reads as another reader that keeps digits does', () => {
    fc.assert(
      fc.property(jsonText, text => {
        expect(same(readJson(text), judged(text))).toBe(true)
        expect(same(readCarefully(text), judged(text))).toBe(true)
      }),
      { numRuns: 2_000 },
    )
  })

  it('reads any text, or refuses it, as JSON.parse does', () => {
    const broken = fc
      .tuple(jsonText, fc.nat(), fc.constantFrom('', ',', '"', '\\', '}', ']', '0', '-', '.', 'e', '\u0001', '\u00a0'))
      .map(
        ([text, place, other]) =>
          text.slice(0, place % (text.length + 1)) + other + text.slice(1 + (place % (text.length + 1))),
      )
    fc.assert(
      fc.property(broken, text => {
        let expected: unknown
        try {
          expected = JSON.parse(text)
        } catch {
          return expect(() => readCarefully(text)).toThrow(JsonSyntaxError)
        }
        const read = JSON.stringify(readCarefully(text), (_, value: unknown) => value)
        expect(JSON.stringify(JSON.parse(read))).toBe(JSON.stringify(expected))
      }),
      { numRuns: 5_000 },
    )
  })

  it.each([
    ['{"a":1,}', 7],
    ['[1 2]', 3],
    ['{"a"', 4],
    ['[tru]', 1],
    ['"\\x"', 0],
    ['', 0],
    ['1 1', 2],
    ['{"a":"', 6],
  ])('says where %s is wrong', (text, position) => {
    expect(() => readJson(text)).toThrow(expect.objectContaining({ position }) as Error)
  })

  it('makes __proto__ a member like any other', () => {
    for (const text of ['{"__proto__":{"a":1}}', '{"__proto__":{"a":1e400}}']) {
      const value = readJson(text) as { a?: unknown }
      expect(Object.keys(value)).toEqual(['__proto__'])
      expect(value.a).toBeUndefined()
    }
  })
})

describe('examineJson', () => {
  const found = (text: string) => examineJson(text).oddities.map(({ kind, path }) => `${kind} ${path.join('.')}`)

  it.each([
    ['{"a":1,"a":2}', ['duplicate a']],
    ['{"a":[0,{"b":{},"b":{}}]}', ['duplicate a.1.b']],
    ['{"a":1,"\\u0061":2}', ['duplicate a']],
    ['{"a":{"__proto__":1}}', ['prototype a.__proto__']],
    ['{"\\u005f_proto__":1}', ['prototype __proto__']],
    ['{"__proto__":1,"__proto__":2}', ['prototype __proto__', 'prototype __proto__', 'duplicate __proto__']],
    ['{"a":["\\u0000"]}', ['nul a.0']],
    ['{"a":"\\ud800"}', ['half a']],
    ['{"\\udc00":1}', ['half \udc00']],
    ['{"id":9007199254740993,"n":[1e999]}', ['inexact id', 'inexact n.0']],
    ['{"constructor":{"prototype":1},"toString":2,"hasOwnProperty":3}', []],
    ['{"path":"C:\\\\udefault","six":"\\\\u0000","smile":"\\ud83d\\ude00"}', []],
    ['{"a":"x\\":1,\\"a\\":","b":": "}', []],
  ])('finds in %s what it should', (text, expected) => {
    expect(found(text)).toEqual(expected)
  })

  it('finds nothing in what JSON.stringify made of ordinary values', () => {
    const ordinary = fc
      .jsonValue({ maxDepth: 5, noUnicodeString: false })
      .filter(value => !JSON.stringify(value).includes('__proto__'))
    fc.assert(
      fc.property(ordinary, value =>
        expect(found(JSON.stringify(value).replaceAll(/\\u0000|\\ud[89a-f]../g, ''))).toEqual([]),
      ),
    )
  })

  it('refuses what is nested without end', () => {
    const nested = (depth: number, inner: string) => '['.repeat(depth) + inner + ']'.repeat(depth)
    expect(examineJson(nested(3_999, '1')).oddities).toEqual([])
    for (const inner of ['1', '1e400', '']) expect(() => examineJson(nested(4_001, inner))).toThrow(JsonDepthError)
    for (const inner of ['1', '1e400']) expect(() => examineJson(nested(100_000, inner))).toThrow(JsonDepthError)
  })
})
