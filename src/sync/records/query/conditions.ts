import { sql, type RawBuilder, type SqlBool } from 'kysely'

export const operators = ['eq', 'ne', 'gt', 'gte', 'lt', 'lte', 'in', 'prefix', 'exists'] as const

export type Operator = (typeof operators)[number]

/** What a field of a record must be. */
export interface Condition {
  /** The way to the field, a step each: `['address', 'city']`. */
  path: readonly string[]
  operator: Operator
  /** One, but for `in`. */
  values: readonly string[]
  /** The field holds numbers as text, as money is: `12.5` is equal to `12.50`. */
  isDecimal?: boolean
}

/** What is compared as a number, whether a record holds it as a number or as text. */
export const numeric = /^-?\d{1,40}(\.\d{1,40})?$/
const numericText = '^-?\\d{1,40}(\\.\\d{1,40})?$'

/**
 * A condition on `r.data` in SQL. A field that holds a list is equal to each member of it. Missing and null are the same, and
 * neither greater nor less than anything. Numbers, and texts that are numbers, are compared as numbers with a number, all else as
 * texts, byte by byte, which is the order of times and dates.
 */
export function conditionOf({ path, operator, values, isDecimal = false }: Condition): RawBuilder<SqlBool> {
  const at = sql`${path}::text[]`
  const [value = ''] = values
  switch (operator) {
    case 'eq':
      return equals(at, [value], isDecimal)
    case 'in':
      return equals(at, values, isDecimal)
    case 'ne':
      return sql<SqlBool>`coalesce(not ${equals(at, [value], isDecimal)}, true)`
    case 'prefix':
      return sql<SqlBool>`jsonb_typeof(r.data #> ${at}) not in ('array', 'object') and starts_with(r.data #>> ${at}, ${value})`
    case 'exists':
      return sql<SqlBool>`((r.data #>> ${at}) is not null) = ${value === 'true'}`
    case 'gt':
    case 'gte':
    case 'lt':
    case 'lte':
      return compared(at, operator, value)
  }
}

const signs = { gt: sql.raw('>'), gte: sql.raw('>='), lt: sql.raw('<'), lte: sql.raw('<=') }

function compared(at: RawBuilder<unknown>, operator: keyof typeof signs, value: string): RawBuilder<SqlBool> {
  const field = sql`(r.data #>> ${at})`
  if (!numeric.test(value)) return sql<SqlBool>`${field} collate "C" ${signs[operator]} ${value}`
  return sql<SqlBool>`case when ${field} ~ ${numericText} then ${field}::numeric end ${signs[operator]} ${value}::numeric`
}

function equals(at: RawBuilder<unknown>, values: readonly string[], isDecimal: boolean): RawBuilder<SqlBool> {
  const [field, text] = [sql`(r.data #> ${at})`, sql`(r.data #>> ${at})`]
  const numbers = values.filter(value => numeric.test(value))
  const number = sql`${text}::numeric = any(${numbers}::numeric[])`
  const same = sql`${text} = any(${values}::text[])`
  const sameDecimal = isDecimal ? sql` or case when ${text} ~ ${numericText} then ${number} else false end` : sql``
  // Unknown is not equal.
  return sql<SqlBool>`coalesce(case jsonb_typeof(${field})
    when 'array' then ${field} @> any(select to_jsonb(v) from unnest(${values}::text[]) v)
    when 'object' then false when 'number' then ${same} or ${number} else ${same}${sameDecimal} end, false)`
}
