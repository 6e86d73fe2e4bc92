import { Ajv2020 } from 'ajv/dist/2020.js'
import { compileSchema } from '../../../src/delivery/events/schemas/schema-validator.ts'
import { readJson } from '../../../src/json/read-json.ts'
import { fc } from '../../support/properties.ts'

/** Whether data fits a schema; both as JSON. */
const fits = (schema: Record<string, unknown>, data: string) =>
  compileSchema(schema)(readJson(data), data.length) === undefined

describe('a schema sees the members that data has', () => {
  it.each<[Record<string, unknown>, string, boolean]>([
    ...['toString', 'constructor', '__proto__', 'valueOf', 'hasOwnProperty'].flatMap(
      (name): [Record<string, unknown>, string, boolean][] => [
        [{ required: [name] }, '{}', false],
        [{ required: [name] }, `{"${name}":1}`, true],
        [{ dependentRequired: { a: [name] } }, '{"a":1}', false],
        [{ minProperties: 1 }, '{}', false],
        [{ minProperties: 1 }, `{"${name}":1}`, true],
        [{ patternProperties: { [`^${name}$`]: false } }, '{}', true],
        [{ patternProperties: { [`^${name}$`]: false } }, `{"${name}":1}`, false],
        [{ propertyNames: { maxLength: 3 } }, '{}', true],
        [{ propertyNames: { maxLength: 3 } }, `{"${name}":1}`, false],
        [{ additionalProperties: false }, `{"${name}":1}`, false],
        [{ unevaluatedProperties: false }, `{"${name}":1}`, false],
      ],
    ),
    ...['toString', 'constructor', 'valueOf'].flatMap((name): [Record<string, unknown>, string, boolean][] => [
      [{ properties: { [name]: { type: 'string' } } }, '{}', true],
      [{ properties: { [name]: { type: 'string' } } }, `{"${name}":"x"}`, true],
      [{ properties: { [name]: { type: 'string' } } }, `{"${name}":1}`, false],
      [{ dependentRequired: { [name]: ['q'] } }, '{}', true],
      [{ dependentRequired: { [name]: ['q'] } }, `{"${name}":1}`, false],
      [{ dependentSchemas: { [name]: false } }, '{}', true],
      [{ const: { [name]: 'x' } }, `{"${name}":"x"}`, true],
      [{ const: { [name]: 'x' } }, '{}', false],
      [{ enum: [{ [name]: { a: 1 } }] }, `{"${name}":{"a":1}}`, true],
    ]),
  ])('%j with %s', (schema, data, expected) => {
    expect(fits(schema, data)).toBe(expected)
  })
})

describe('a schema sees every digit', () => {
  it.each<[Record<string, unknown>, string, boolean]>([
    [{ type: 'number', maximum: 9007199254740992 }, '9007199254740992', true],
    [{ type: 'number', maximum: 9007199254740992 }, '9007199254740993', false],
    [{ maximum: 9007199254740994 }, '9007199254740993', true],
    [{ exclusiveMaximum: 9007199254740994 }, '9007199254740993', true],
    [{ minimum: 9007199254740994 }, '9007199254740993', false],
    [{ exclusiveMinimum: 9007199254740992 }, '9007199254740993', true],
    [{ type: 'number' }, '1e400', true],
    [{ type: 'integer' }, '1e400', true],
    [{ type: 'integer' }, '9007199254740993', true],
    [{ type: 'integer' }, '9007199254740993.0', true],
    [{ type: 'integer' }, '9007199254740993.5', false],
    [{ type: 'object' }, '9007199254740993', false],
    [{ type: ['string', 'null'] }, '9007199254740993', false],
    [{ not: { type: 'number' } }, '9007199254740993', false],
    [{ maximum: 1e308 }, '1e400', false],
    [{ minimum: 0 }, '-1e400', false],
    [{ exclusiveMinimum: 0 }, '1e-400', true],
    [{ multipleOf: 3 }, '9007199254740993', true],
    [{ multipleOf: 2 }, '9007199254740993', false],
    [{ multipleOf: 0.01 }, '90071992547409931.25', true],
    [{ const: 9007199254740992 }, '9007199254740993', false],
    [{ enum: [1, 0.5, 9007199254740992] }, '9007199254740993', false],
    [{ const: { a: [1] } }, '{"a":[9007199254740993]}', false],
    [{ uniqueItems: true }, '[9007199254740993,9007199254740995]', true],
    [{ uniqueItems: true }, '[9007199254740993,9007199254740993.0]', false],
    [{ uniqueItems: true }, '[{"a":9007199254740993},{"a":1}]', true],
    [{ properties: { a: { items: { maximum: 5 } } } }, '{"a":[1,9007199254740993]}', false],
    [{ $defs: { n: { maximum: 5 } }, items: { $ref: '#/$defs/n' } }, '[1,9007199254740993]', false],
    [{ anyOf: [{ maximum: 5 }, { minimum: 9007199254740992 }] }, '9007199254740993', true],
    [{ minLength: 1, minProperties: 1, minItems: 1, pattern: 'x' }, '9007199254740993', true],
  ])('%j with %s', (schema, data, expected) => {
    expect(fits(schema, data)).toBe(expected)
  })

  it('and tells of a mismatch as of any other', () => {
    const check = compileSchema({ properties: { n: { maximum: 5 } } })
    expect(check(readJson('{"n":9007199254740993}'), 24)).toEqual([
      { pointer: '/n', rule: 'maximum', message: 'must be <= 5' },
    ])
    expect(check(readJson('{"n":6}'), 7)).toEqual([{ pointer: '/n', rule: 'maximum', message: 'must be <= 5' }])
  })
})

describe('values are compared', () => {
  it('as ajv itself compares them', () => {
    // But for members with the names that every object has: ajv calls them as functions.
    const inherited = Object.getOwnPropertyNames(Object.prototype)
    const value = fc
      .jsonValue({ maxDepth: 2 })
      .filter(made => !inherited.some(name => JSON.stringify(made).includes(`"${name}":`)))
    const schema = fc.oneof(
      fc.record({ const: value }),
      fc.record({
        enum: fc.uniqueArray(value, { selector: item => JSON.stringify(item), minLength: 1, maxLength: 3 }),
      }),
      fc.record({ uniqueItems: fc.boolean() }),
    )
    const plain = new Ajv2020({ strict: false, logger: false, ownProperties: true })
    // An enum's values are another's data too, so that some are equal.
    const pair = schema.chain(made => {
      const own =
        'const' in made
          ? [made.const]
          : 'enum' in made
            ? made.enum
            : [
                [1, 1],
                [{ a: 1 }, { a: 1 }],
              ]
      return fc.tuple(fc.constant(made), fc.oneof(value, fc.constantFrom(...own)))
    })
    fc.assert(
      fc.property(pair, ([made, data]) => {
        const expected = plain.compile(made)(data)
        plain.removeSchema(made)
        const text = JSON.stringify(data)
        expect(compileSchema(made)(JSON.parse(text), text.length) === undefined).toBe(expected)
      }),
      { numRuns: 300 },
    )
  })
})
