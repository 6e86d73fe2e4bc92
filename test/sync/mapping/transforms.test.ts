import { getCountries, getExampleNumber } from 'libphonenumber-js'
import examples from 'libphonenumber-js/examples.mobile.json'
import type { Transform as Definition } from '../../../src/catalogue/schema/items/transforms.ts'
import { readJson } from '../../../src/json/read-json.ts'
import { transformOf } from '../../../src/sync/mapping/transforms/find.ts'
import { unfit } from '../../../src/sync/mapping/transforms/transform.ts'
import { fc } from '../../support/properties.ts'

// Both directions of each transform: what the platform has, what the hub holds, and what the platform is told of it.

const inOf = (transform: Definition, value: unknown, beside: Record<string, unknown> = {}) =>
  transformOf(transform, 2).in(value, path => beside[path])
const outOf = (transform: Definition, value: unknown, beside: Record<string, unknown> = {}) =>
  transformOf(transform, 2).out(value, path => beside[path])

interface Case {
  transform: Definition
  platform: unknown
  hub: unknown
  /** What is told, where that is not what came. */
  told?: unknown
  beside?: Record<string, unknown>
}

const cases: Case[] = [
  { transform: 'lower-case-code', platform: 'usd', hub: 'USD' },
  { transform: { kind: 'decimal', scale: 2 }, platform: 12.5, hub: '12.50' },
  {
    transform: { kind: 'decimal', scale: 2 },
    platform: readJson('12345678901234567890.125'),
    hub: '12345678901234567890.125',
    told: unfit,
  },
  { transform: { kind: 'decimal' }, platform: 1e-7, hub: '0.0000001' },
  { transform: { kind: 'decimal' }, platform: -0, hub: '0', told: 0 },
  { transform: { kind: 'decimal', as: 'text', scale: 2 }, platform: '007.5', hub: '7.50', told: '7.50' },
  { transform: { kind: 'decimal', as: 'text' }, platform: '1.5E+3', hub: '1500', told: '1500' },
  {
    transform: { kind: 'minor-units', currency: 'currency' },
    platform: 1999,
    hub: '19.99',
    beside: { currency: 'USD' },
  },
  { transform: { kind: 'minor-units', currency: 'currency' }, platform: 500, hub: '500', beside: { currency: 'JPY' } },
  {
    transform: { kind: 'minor-units', currency: 'currency' },
    platform: -5,
    hub: '-0.005',
    beside: { currency: 'KWD' },
  },
  {
    transform: { kind: 'minor-units', currency: 'currency', exponents: { ISK: 2 } },
    ...{ platform: 500, hub: '5.00', beside: { currency: 'ISK' } },
  },
  {
    transform: { kind: 'instant', format: 'iso' },
    platform: '2026-01-31T04:00:00.000-08:00',
    hub: '2026-01-31T12:00:00.000Z',
    told: '2026-01-31T12:00:00.000Z',
  },
  {
    transform: { kind: 'instant', format: 'iso', zone: '+08:00' },
    platform: '2026-01-31T04:00:00.000',
    hub: '2026-01-30T20:00:00.000Z',
  },
  {
    transform: { kind: 'instant', format: 'iso', precision: 'minutes' },
    platform: '2026-01-31T04:05:00Z',
    hub: '2026-01-31T04:05:00.000Z',
  },
  { transform: { kind: 'instant', format: 'unix-seconds' }, platform: 1_690_000_000, hub: '2023-07-22T04:26:40.000Z' },
  {
    transform: { kind: 'instant', format: 'unix-milliseconds' },
    platform: 1_690_000_000_123,
    hub: '2023-07-22T04:26:40.123Z',
  },
  {
    transform: { kind: 'instant', format: 'dotnet' },
    platform: '/Date(1690000000000+0000)/',
    hub: '2023-07-22T04:26:40.000Z',
  },
  { transform: { kind: 'date', format: 'iso' }, platform: '2026-02-28', hub: '2026-02-28' },
  {
    transform: { kind: 'date', format: 'iso' },
    platform: '2026-02-28T00:00:00',
    hub: '2026-02-28',
    told: '2026-02-28',
  },
  { transform: { kind: 'date', format: 'dotnet' }, platform: '/Date(1690070400000+0000)/', hub: '2023-07-23' },
  {
    transform: { kind: 'date', format: 'dotnet', written: 'iso' },
    platform: '/Date(1690070400000+0000)/',
    hub: '2023-07-23',
    told: '2023-07-23',
  },
  { transform: { kind: 'date', format: 'unix-seconds' }, platform: 1_690_070_400, hub: '2023-07-23' },
  { transform: { kind: 'date', format: 'serial-days' }, platform: -30_681, hub: '1815-12-30' },
  { transform: { kind: 'date', format: 'serial-days' }, platform: 46_053.75, hub: '2026-01-31', told: 46_053 },
  { transform: { kind: 'date', format: 'parts' }, platform: { year: 2026, month: 1, day: 31 }, hub: '2026-01-31' },
  { transform: { kind: 'any-text' }, platform: 7, hub: '7', told: '7' },
  { transform: { kind: 'any-text' }, platform: true, hub: 'true', told: 'true' },
  { transform: { kind: 'number' }, platform: '42.5', hub: 42.5 },
  { transform: { kind: 'boolean', yes: 'T', no: 'F' }, platform: 'F', hub: false },
  {
    transform: { kind: 'enum', values: { open: ['AUTHORISED', 'SUBMITTED'], paid: 'PAID' } },
    platform: 'SUBMITTED',
    hub: 'open',
    told: 'AUTHORISED',
  },
  { transform: { kind: 'enum', values: { open: 1 }, otherwise: 'keep' }, platform: 'odd', hub: 'odd' },
  { transform: { kind: 'phone', region: 'MY' }, platform: '012-345 6789', hub: '+60123456789', told: '+60123456789' },
  { transform: { kind: 'phone' }, platform: '+44 (0)20 7946 0018', hub: '+442079460018', told: '+442079460018' },
  {
    transform: { kind: 'phone', region: 'GB' },
    platform: '020 7946 0018',
    hub: '+442079460018',
    told: '+442079460018',
  },
  { transform: { kind: 'phone', region: 'IT' }, platform: '06 698 12345', hub: '+390669812345', told: '+390669812345' },
  {
    transform: { kind: 'phone', region: 'AU' },
    platform: '0011 44 20 7946 0018',
    hub: '+442079460018',
    told: '+442079460018',
  },
  {
    transform: { kind: 'phone', region: 'US' },
    platform: '0044 20 7946 0018',
    hub: '+442079460018',
    told: '+442079460018',
  },
  { transform: { kind: 'phone', otherwise: 'keep' }, platform: 'ask Amy', hub: 'ask Amy' },
  {
    transform: { kind: 'text', pieces: 'plain_text', written: 'text.content' },
    platform: [{ plain_text: 'a' }, { plain_text: 'b' }],
    hub: 'ab',
    told: [{ text: { content: 'ab' } }],
  },
  {
    transform: { kind: 'text', pieces: 't', longest: 2 },
    platform: [{ t: 'a🌉b' }],
    hub: 'a🌉b',
    told: [{ t: 'a' }, { t: '🌉' }, { t: 'b' }],
  },
  { transform: { kind: 'join', separator: ' ' }, platform: ['Amy', 'Tan Wei'], hub: 'Amy Tan Wei' },
  { transform: { kind: 'join', separator: ' ' }, platform: ['Amy', undefined], hub: 'Amy' },
  {
    transform: { kind: 'split', separator: ' ', part: 'first', beside: 'rest' },
    platform: 'Amy Tan Wei',
    hub: 'Amy',
    beside: { rest: 'Tan Wei' },
  },
  {
    transform: { kind: 'split', separator: ' ', part: 'rest', beside: 'first' },
    platform: 'Amy Tan Wei',
    hub: 'Tan Wei',
    beside: { first: 'Amy' },
  },
  { transform: { kind: 'constant', value: 'shop' }, platform: 'other', hub: 'shop', told: 'shop' },
]

describe('a transform', () => {
  it.each(cases)(
    '%#: $transform makes $hub of $platform, and says it again',
    ({ transform, platform, hub, beside, ...told }) => {
      expect(inOf(transform, platform, beside)).toEqual(hub)
      expect(outOf(transform, hub, beside)).toEqual('told' in told ? told.told : platform)
    },
  )

  it.each<[Definition, unknown, Record<string, unknown>?]>([
    ['lower-case-code', 5],
    [{ kind: 'decimal' }, '1,000.00'],
    [{ kind: 'decimal' }, ''],
    [{ kind: 'decimal' }, '.'],
    [{ kind: 'decimal' }, { amount: '1' }],
    [{ kind: 'decimal' }, '1e99'],
    [{ kind: 'minor-units', currency: 'currency' }, 19.99, { currency: 'USD' }],
    [{ kind: 'minor-units', currency: 'currency' }, 1999, {}],
    [{ kind: 'instant', format: 'iso' }, 'Customer 1'],
    [{ kind: 'instant', format: 'dotnet' }, '2026-01-31'],
    [{ kind: 'date', format: 'iso' }, '2026-02-30'],
    [{ kind: 'date', format: 'unix-seconds' }, {}],
    [{ kind: 'date', format: 'serial-days' }, '46053'],
    [
      { kind: 'date', format: 'parts' },
      { year: 2026, month: 2, day: 30 },
    ],
    [
      { kind: 'date', format: 'parts' },
      { year: 2026, month: 2 },
    ],
    [{ kind: 'date', format: 'parts' }, null],
    [{ kind: 'any-text' }, {}],
    [{ kind: 'number' }, 'many'],
    [{ kind: 'boolean', yes: 'T', no: 'F' }, true],
    [{ kind: 'enum', values: { open: 'OPEN' } }, 'SHUT'],
    [{ kind: 'phone', region: 'MY' }, 'ask Amy'],
    [{ kind: 'phone' }, '012-345 6789'],
    [{ kind: 'phone' }, '+999 12 345 6789'],
    [{ kind: 'phone' }, '+1 555 0100'],
    [{ kind: 'phone', region: 'MY' }, '012-345 6789 ext. 5'],
    [{ kind: 'phone', region: 'MY' }, 'call 012-345 6789'],
    [{ kind: 'phone', region: 'DE' }, '081084528953514'],
    [{ kind: 'phone', region: 'BR' }, '00406808388'],
    [{ kind: 'text', pieces: 'plain_text' }, 'text'],
    [{ kind: 'join', separator: ' ' }, ['Amy', 5]],
  ])('%j does not take %j', (transform, value, beside = {}) => {
    expect(inOf(transform, value, beside)).toBe(unfit)
  })

  it.each<[Definition, unknown, Record<string, unknown>?]>([
    [{ kind: 'decimal' }, 'much'],
    [{ kind: 'minor-units', currency: 'currency' }, '0.5', { currency: 'JPY' }],
    [{ kind: 'instant', format: 'unix-seconds' }, 'soon'],
    [{ kind: 'date', format: 'dotnet' }, 'soon'],
    [{ kind: 'boolean', yes: 1, no: 0 }, 'yes'],
    [{ kind: 'enum', values: { open: 'OPEN' } }, 'shut'],
    [{ kind: 'phone', region: 'MY' }, '12'],
  ])('%j cannot say %j', (transform, value, beside = {}) => {
    expect(outOf(transform, value, beside)).toBe(unfit)
  })
})

describe('what a transform has made', () => {
  const digits = (most: number) => fc.stringMatching(new RegExp(`^\\d{1,${most}}$`))
  const amount = fc
    .tuple(fc.boolean(), fc.bigInt(0n, 999_999_999_999n), fc.option(digits(3)))
    .map(([isLess, whole, behind]) => `${isLess ? '-' : ''}${whole}${behind === null ? '' : `.${behind}`}`)

  it('is the same amount of money after a way through the platform, whatever the currency', () => {
    const currency = fc.constantFrom('USD', 'MYR', 'JPY', 'KWD', 'CLF', 'IDR')
    fc.assert(
      fc.property(fc.integer({ min: -1e12, max: 1e12 }), currency, (units, code) => {
        const transform: Definition = { kind: 'minor-units', currency: 'currency' }
        const hub = inOf(transform, units, { currency: code })
        expect(outOf(transform, hub, { currency: code })).toBe(units)
        expect(String(hub).split('.')[1]?.length ?? 0).toBe({ JPY: 0, KWD: 3, CLF: 4 }[code as string] ?? 2)
      }),
    )
  })

  it('is the same decimal number, told as a number or as text', () => {
    fc.assert(
      fc.property(amount, fc.integer({ min: 0, max: 4 }), (text, scale) => {
        for (const as of ['number', 'text'] as const) {
          const transform: Definition = { kind: 'decimal', scale, as }
          const hub = inOf(transform, text)
          const again = inOf(transform, readJson(JSON.stringify(outOf(transform, hub))))
          expect(again).toBe(hub)
          expect(Number(hub)).toBe(Number(text) + 0)
        }
      }),
    )
  })

  it('is the same instant and the same day, in each format', () => {
    fc.assert(
      fc.property(fc.integer({ min: -60_000_000_000, max: 250_000_000_000 }), seconds => {
        const hub = new Date(seconds * 1000).toISOString()
        for (const format of ['iso', 'unix-seconds', 'unix-milliseconds', 'dotnet'] as const) {
          const instant: Definition = { kind: 'instant', format, zone: '-03:30' }
          expect(inOf(instant, outOf(instant, hub))).toBe(hub)
          const date: Definition = { kind: 'date', format }
          expect(inOf(date, outOf(date, hub.slice(0, 10)))).toBe(hub.slice(0, 10))
        }
      }),
    )
  })

  it('is the same text, joined and split', () => {
    const word = fc.stringMatching(/^[a-z]{1,6}$/)
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 5 }), words => {
        const text = words.join(' ')
        const join: Definition = { kind: 'join', separator: ' ' }
        expect(inOf(join, outOf(join, text))).toBe(text)
        const parts = ['first', 'rest'].map(part =>
          inOf({ kind: 'split', separator: ' ', part: part as 'first', beside: 'other' }, text),
        )
        const split: Definition = { kind: 'split', separator: ' ', part: 'first', beside: 'rest' }
        expect(outOf(split, parts[0], { rest: parts[1] })).toBe(text)
      }),
    )
  })

  it.each(getCountries())('is the same telephone number, however it is written in %s', region => {
    const number = getExampleNumber(region, examples)!
    const transform: Definition = { kind: 'phone', region }
    for (const written of [number.formatNational(), number.formatInternational(), number.number])
      expect(inOf(transform, written)).toBe(number.number)
    expect(outOf(transform, number.number)).toBe(number.number)
  })

  it('is the same telephone number when it is read again, whatever was dialled', () => {
    const dialled = fc.stringMatching(/^(\+|00?)?\d{5,14}$/)
    fc.assert(
      fc.property(fc.constantFrom(...getCountries()), dialled, (region, text) => {
        const transform: Definition = { kind: 'phone', region }
        const hub = inOf(transform, text)
        if (hub === unfit) return
        expect(hub).toMatch(/^\+[1-9]\d{6,14}$/)
        expect(outOf(transform, hub)).toBe(hub)
        expect(inOf({ kind: 'phone' }, hub)).toBe(hub)
      }),
      { numRuns: 2000 },
    )
  })
})
