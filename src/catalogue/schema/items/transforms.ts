import { isSupportedCountry } from 'libphonenumber-js'
import { z } from 'zod'
import { jsonPath, record, text } from '../values.ts'

// How a value is written on the two sides. Each is interpreted by its file in src/sync/mapping/transforms.

const offset = z.string().regex(/^[+-]\d\d:\d\d$/, 'must be an offset such as +08:00')
const scalar = z.union([z.string().max(200), z.number(), z.boolean()])
const separator = z.string().min(1).max(10).describe('What stands between the parts')
const written = z
  .literal('iso')
  .exactOptional()
  .describe('It is told as ISO 8601 although it comes in the other format')

const decimal = z
  .strictObject({
    kind: z.literal('decimal'),
    scale: z
      .int()
      .min(0)
      .max(10)
      .exactOptional()
      .describe('At least so many digits behind the point in the hub; none is ever left out'),
    places: z
      .int()
      .min(0)
      .max(10)
      .exactOptional()
      .describe('The digits behind the point that the platform keeps: it is told no more'),
    as: z.enum(['number', 'text']).exactOptional().describe('How the platform is told it; as a number unless given'),
  })
  .describe('The platform has a number, or one as text; the hub decimal text such as `12.50`')

const minorUnits = z
  .strictObject({
    kind: z.literal('minor-units'),
    currency: jsonPath.describe('The canonical path of its currency'),
    exponents: record(z.string().regex(/^[A-Z]{3}$/), z.int().min(0).max(4), 50)
      .exactOptional()
      .describe('Digits behind the point where the platform counts otherwise than ISO 4217'),
  })
  .describe('The platform has a whole number of the smallest units of a currency (ISO 4217); the hub decimal text')

const instant = z
  .strictObject({
    kind: z.literal('instant'),
    format: z
      .enum(['iso', 'unix-seconds', 'unix-milliseconds', 'dotnet'])
      .describe('The form in which the platform has an instant'),
    zone: offset.exactOptional().describe('The offset of times that name none, and are told without one; else UTC'),
    precision: z.enum(['minutes', 'seconds']).exactOptional().describe('How exact the platform is told it'),
    written,
  })
  .describe('An instant: ISO 8601 in UTC with milliseconds in the hub; `dotnet` is `/Date(1690000000000+0000)/`')

const date = z
  .strictObject({
    kind: z.literal('date'),
    format: z
      .enum(['iso', 'dotnet', 'unix-seconds', 'unix-milliseconds', 'serial-days', 'parts'])
      .describe(
        'The form in which the platform has a day; `serial-days`: days since 30 December 1899, as sheets have them; `parts`: an object of numbers, such as `{"year": 2026, "month": 1, "day": 31}`',
      ),
    written,
  })
  .describe('A day: `YYYY-MM-DD` in the hub; where the platform has an instant, its day in UTC')

const lineAmount = z
  .strictObject({
    kind: z.literal('line-amount'),
    inclusive: jsonPath.describe('The canonical path of what says whether amounts are with tax'),
  })
  .describe(
    'The platform has what a line comes to in two places, without tax and with it, or in one of them; the hub as the document says it',
  )

const unitPrice = z
  .strictObject({
    kind: z.literal('unit-price'),
    quantity: jsonPath.describe('The canonical path of how many they are'),
    amount: jsonPath.describe('The canonical path of what the line comes to'),
    places: z.int().min(0).max(10).describe('The digits behind the point that the platform keeps'),
    withoutTax: jsonPath
      .exactOptional()
      .describe(
        'Where this canonical field is true, the platform has its price without tax, which is not what the document says',
      ),
    otherwise: z
      .literal('divided')
      .exactOptional()
      .describe(
        'The platform reckons by it: where it does not make what the line comes to, that is divided by how many they are. A line that no price makes does not fit',
      ),
    as: z.enum(['number', 'text']).exactOptional().describe('How the platform is told it; as a number unless given'),
  })
  .describe('A number that is told only where it makes what the line comes to: else platforms refuse the line')

const sole = z
  .strictObject({
    kind: z.literal('sole'),
    value: jsonPath.describe('Where the object of the list has the value'),
    where: z
      .strictObject({ path: jsonPath, equals: scalar.describe('What stands there in the object that is meant') })
      .exactOptional()
      .describe('Which objects of the list count'),
    beside: record(jsonPath, jsonPath, 10)
      .exactOptional()
      .describe('Canonical decimals that the object is told with, by path'),
  })
  .describe('The platform has a list; the hub one value, where one object is in it')

export type Transform = z.infer<typeof transform>
export type TransformOf<Kind extends string> = Extract<Transform, { kind: Kind }>
export const transform = z.union([
  z.literal('lower-case-code').describe('The platform writes codes in small letters, the hub in capitals'),
  z.discriminatedUnion('kind', [
    decimal,
    minorUnits,
    instant,
    date,
    lineAmount,
    unitPrice,
    sole,
    z
      .strictObject({
        kind: z.literal('reciprocal'),
        places: z.int().min(1).max(10).describe('The digits behind the point of what comes out'),
      })
      .describe('A rate that the platform has the other way round, with so many digits behind the point'),
    z
      .strictObject({ kind: z.literal('any-text') })
      .describe('The platform may have a number or yes and no where the hub has text, as cells do; it is told text'),
    z.strictObject({ kind: z.literal('number') }).describe('The platform has a number as text; the hub a number'),
    z
      .strictObject({
        kind: z.literal('boolean'),
        yes: scalar.describe('What the platform has for true'),
        no: scalar.describe('What the platform has for false'),
      })
      .describe('The platform has two values; the hub true and false'),
    z
      .strictObject({
        kind: z.literal('enum'),
        values: record(text(100), z.union([scalar, z.array(scalar).min(1).max(20)]), 200).describe(
          "The hub's word, and the platform's value; of several the first is told, the others are only read",
        ),
        otherwise: z.literal('keep').exactOptional().describe('A value of no row is the same on both sides'),
      })
      .describe('A table of words'),
    z
      .strictObject({
        kind: z.literal('phone'),
        region: z
          .string()
          .regex(/^[A-Z]{2}$/)
          .refine(isSupportedCountry, 'must be the ISO 3166 code of a country that has telephone numbers')
          .exactOptional()
          .describe('ISO 3166 code of the country of numbers that name none'),
        otherwise: z.literal('keep').exactOptional().describe('What is no such number is the same on both sides'),
      })
      .describe('A telephone number: E.164 in the hub'),
    z
      .strictObject({
        kind: z.literal('text'),
        pieces: jsonPath.describe('Where a piece has its text'),
        written: jsonPath.exactOptional().describe('Where a piece that is told has it'),
        longest: z
          .int()
          .min(2)
          .max(1_000_000)
          .exactOptional()
          .describe('How many characters one piece holds: a longer text is told as several'),
      })
      .describe(
        'The platform has a list of pieces, such as rich text; the hub one text, told as one piece where it is not too long',
      ),
    z
      .strictObject({ kind: z.literal('join'), separator })
      .describe('The platform has several fields, such as given and family name; the hub one text'),
    z
      .strictObject({
        kind: z.literal('split'),
        separator,
        part: z.enum(['first', 'rest']).describe('Which part of the text it is'),
        beside: jsonPath.describe('The canonical path of the other part'),
      })
      .describe('The platform has one text; the hub what comes before the first separator, and the rest'),
    z
      .strictObject({ kind: z.literal('constant'), value: scalar })
      .describe('Always the same, whatever the platform has; told with a new thing'),
  ]),
])
