import { z } from 'zod'
import { HubError } from '../../../errors.ts'
import type { Refusal } from '../../refusals.ts'
import { isDecimal, misfit, mostValues } from '../../../sync/records/query/field-kinds.ts'
import { operators, type Condition, type Operator } from '../../../sync/records/query/conditions.ts'
import type { Sort } from '../../../sync/records/query/sorts.ts'

const mostConditions = 20
const pathForm = /^[A-Za-z_][\w-]{0,99}(\.[\w-]{1,100}){0,7}$/

/** The way to a field of a record's data: `email`, `address.city`. */
const pathField = z.string().max(200).regex(pathForm, 'Must be the way to a field, such as address.city')

const valueField = z.string().max(1_000)
const operatorFields = {
  eq: valueField.meta({ description: 'Equal to this; a list that has it' }),
  ne: valueField.meta({ description: 'Not equal to this, or not there' }),
  gt: valueField.meta({ description: 'Greater than this' }),
  gte: valueField.meta({ description: 'This or greater' }),
  lt: valueField.meta({ description: 'Less than this' }),
  lte: valueField.meta({ description: 'This or less' }),
  in: z
    .union([valueField, z.array(valueField).max(mostValues)])
    .meta({ description: 'Equal to one of these: with commas between them, or each a parameter of its own' }),
  prefix: valueField.min(1).meta({ description: 'A text that begins with this' }),
  exists: z.enum(['true', 'false']).meta({ description: '`true`: it is there; `false`: it is not, or null' }),
} satisfies Record<Operator, z.ZodType<string | string[]>>

/** `filter[email]=…`, `filter[total][gte]=…`. */
export const filterField = z.record(pathField, z.union([valueField, z.strictObject(operatorFields).partial()])).meta({
  description:
    'What fields of the data are: `filter[email]=ada@example.com`, `filter[address.city][prefix]=Ber`, `filter[total][gte]=10`',
  style: 'deepObject',
})

export const sortField = z
  .string()
  .max(201)
  .regex(
    /^-?[A-Za-z_][\w-]{0,99}(\.[\w-]{1,100}){0,7}$/,
    'Must be createdAt, updatedAt or a field, with - before it for descending',
  )
  .meta({
    description:
      'The order: `createdAt`, `updatedAt` or a field of the data, with `-` before it from the greatest on. `-createdAt` unless given, where records are filtered or searched',
    examples: ['-updatedAt'],
  })

export const searchField = z.string().min(1).max(200).meta({
  description: 'Words, each of which a word of the record begins with, in small or capital letters',
})

/** @throws HubError `INVALID_REQUEST` for what a field of the collection cannot be compared with */
export function conditionsOf(collection: string, filter: z.output<typeof filterField> = {}): Condition[] {
  const refused: Refusal[] = []
  const conditions = Object.entries(filter).flatMap(([field, wanted]) => {
    const wantedBy = typeof wanted === 'string' ? { eq: wanted } : wanted
    return operators.flatMap((operator): Condition[] => {
      const given = wantedBy[operator]
      if (given === undefined) return []
      const values = valuesOf(operator, given)
      const message = misfit(collection, field, operator, values)
      if (message !== undefined) refused.push({ path: `query.filter.${field}`, message })
      return [{ path: field.split('.'), operator, values, isDecimal: isDecimal(collection, field) }]
    })
  })
  if (conditions.length > mostConditions)
    refused.push({ path: 'query.filter', message: `${mostConditions} conditions at most` })
  if (refused.length > 0) throw new HubError('INVALID_REQUEST', { details: refused })
  // In one order, whatever order they came in: a cursor is good for them all.
  return conditions.sort((one, other) => (rankOf(one) < rankOf(other) ? -1 : 1))
}

function valuesOf(operator: Operator, given: string | string[]): string[] {
  if (typeof given !== 'string') return given
  return operator === 'in' ? given.split(',', mostValues + 1) : [given]
}

const rankOf = ({ path, operator }: Condition) => `${path.join('.')} ${operators.indexOf(operator)}`

export function sortOf(collection: string, text: string | undefined): Sort {
  const descending = text === undefined || text.startsWith('-')
  const name = text?.replace('-', '') ?? 'createdAt'
  if (name === 'createdAt' || name === 'updatedAt') return { by: name, descending }
  return { by: name.split('.'), descending, isDecimal: isDecimal(collection, name) }
}

const mostWays = 5

/** `include=customer,lines.product` */
export const includeField = z
  .string()
  .max(500)
  .refine(
    text => text.split(',').every(way => pathForm.test(way)),
    'Must be names of relations, with commas between them',
  )
  .refine(text => text.split(',').length <= mostWays, `${mostWays} relations at most`)
  .transform(text => [...new Set(text.split(','))].map(way => way.split('.')))
  .meta({
    description:
      'Relations whose records come too: `customer` by the id in `customerId`, `lines.product` by those in `lines`, `customer.company` of what came',
    examples: ['customer,lines.product'],
  })
