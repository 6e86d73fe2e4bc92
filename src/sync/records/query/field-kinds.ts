import { fieldAt } from '../../../catalogue/collections.ts'
import { numeric, type Operator } from './conditions.ts'

export const mostValues = 100

const textual: ReadonlySet<string> = new Set(['text', 'choice', 'date', 'instant', 'reference'])

/** Says what is wrong with comparing a field of one of the hub's own collections with these values; undefined when nothing is. */
export function misfit(
  collection: string,
  field: string,
  operator: Operator,
  values: readonly string[],
): string | undefined {
  if (operator === 'exists') return undefined
  if (values.length > mostValues) return `${mostValues} values at most`
  const type = fieldAt(collection, field)?.type
  if (isDecimal(collection, field) && values.some(value => !numeric.test(value))) return 'Must be a number'
  if (type === 'flag' && values.some(value => value !== 'true' && value !== 'false')) return 'Must be true or false'
  if (operator === 'prefix' && type !== undefined && !textual.has(type))
    return 'Is no text, which could begin with something'
  return undefined
}

/** Whether a field of one of the hub's own collections holds numbers as text. */
export function isDecimal(collection: string, field: string): boolean {
  const type = fieldAt(collection, field)?.type
  return type === 'number' || type === 'decimal'
}
