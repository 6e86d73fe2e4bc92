import { collectionOf } from '../../catalogue/collections.ts'
import type { CollectionField, FieldType } from '../../catalogue/collections/shapes.ts'
import type { Values } from '../../calls/json-write.ts'
import { HubError } from '../../errors.ts'
import { ExactNumber } from '../../json/exact-number.ts'

/** A member that is not what its field holds. */
export interface Unfit {
  /** The canonical field, such as `lines`. */
  field: string
  /** The way to the member, such as `lines.0.quantity`. */
  path: string
  message: string
}

const mostTold = 20

const wordsFor: Record<Exclude<FieldType, 'choice'>, string> = {
  text: 'a text',
  number: 'a number',
  decimal: 'a decimal number as text, such as "12.50"',
  flag: 'true or false',
  date: 'a day, such as "2026-01-31"',
  instant: 'a time with an offset, such as "2026-01-31T12:00:00Z"',
  reference: 'the id of a record',
  labels: 'a list of texts',
  dictionary: 'an object of texts',
  list: 'a list of objects',
}

/**
 * What of the data, or of a patch, is not as the schema of a collection of the hub's own has it: the first twenty. Null and what is
 * missing always fit, as does whatever the schema does not know.
 */
export function unfitIn(collection: string, data: Values): Unfit[] {
  const found: Unfit[] = []
  for (const unfit of unfitOf(collectionOf(collection)?.fields ?? {}, data)) {
    if (found.push(unfit) >= mostTold) break
  }
  return found
}

/** @param place the way to the data in the request, such as `body.data` @throws HubError `INVALID_REQUEST` */
export function demandFit(collection: string, data: Values, place: string): void {
  const unfit = unfitIn(collection, data)
  if (unfit.length === 0) return
  const details = unfit.map(({ path, message }) => ({ path: `${place}.${path}`, message }))
  throw new HubError('INVALID_REQUEST', { details })
}

// One by one, so that a list of a hundred thousand wrong members costs no more than its first ones.
function* unfitOf(fields: Record<string, CollectionField>, data: Values): Generator<Unfit> {
  const groups = new Set<string>()
  for (const [field, kind] of Object.entries(fields)) {
    const { value, outside } = at(data, field)
    if (outside !== undefined) {
      if (!groups.has(outside)) yield { field: outside, path: outside, message: 'Must be an object' }
      groups.add(outside)
    } else if (value !== null && value !== undefined) yield* unfitValue(field, kind, value)
  }
}

function* unfitValue(field: string, kind: CollectionField, value: unknown): Generator<Unfit> {
  if (!kind.fields || !Array.isArray(value)) {
    // What has the right form may be none yet: the 31st of February is no day.
    if (kind.holds(value) && kind.schema.safeParse(value).success) return
    const words = kind.type === 'choice' ? `one of ${kind.description.replace(/^.*: /, '')}` : wordsFor[kind.type]
    yield { field, path: field, message: `Must be ${words}` }
    return
  }
  for (const [index, member] of (value as unknown[]).entries()) {
    const place = `${field}.${index}`
    if (!isObject(member)) yield { field, path: place, message: 'Must be an object' }
    else if (Object.keys(member).length > 0) {
      for (const { path, message } of unfitOf(kind.fields, member)) yield { field, path: `${place}.${path}`, message }
    }
  }
}

/** What stands at the way to a field; or the first part of the way that is no object. */
function at(data: Values, field: string): { value?: unknown; outside?: string } {
  const steps = field.split('.')
  let value: unknown = data
  for (const [index, step] of steps.entries()) {
    if (!isObject(value)) {
      return value === null || value === undefined ? {} : { outside: steps.slice(0, index).join('.') }
    }
    value = Object.hasOwn(value, step) ? value[step] : undefined
  }
  return { value }
}

function isObject(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof ExactNumber)
}
