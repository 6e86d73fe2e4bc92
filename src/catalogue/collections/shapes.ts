import { z } from 'zod'

// What canonical fields hold. A collection is said once, by these, and gives the schema of its records and the type of each path.

export type FieldType =
  | 'text'
  | 'choice'
  | 'decimal'
  | 'number'
  | 'flag'
  | 'date'
  | 'instant'
  | 'reference'
  | 'labels'
  | 'dictionary'
  | 'list'

/** What a canonical field holds. Every field may be missing: missing and null mean the same. */
export interface CollectionField {
  type: FieldType
  description: string
  /** What a value must be. */
  schema: z.ZodType
  /** Whether a value is one, as each value of a page is looked at: in a fraction of the schema's time. */
  holds(value: unknown): boolean
  /** The collection that a reference leads to. */
  to?: string
  /** What the objects of a list consist of, by path. */
  fields?: Record<string, CollectionField>
}

/** Fields that belong together under one name, such as an address. */
export interface FieldGroup {
  members: Members
}

export interface Members {
  [name: string]: CollectionField | FieldGroup
}

/** The hub's own shape of one kind of record. */
export interface Collection {
  description: string
  /** Its fields by path. */
  fields: Record<string, CollectionField>
  /** What the data of a record must be. Members that it does not know are kept. */
  schema: z.ZodType
}

const isText = (value: unknown) => typeof value === 'string'

const decimalForm = /^-?\d{1,40}(?:\.\d{1,40})?$/
const dateForm = /^\d{4}-\d\d-\d\d$/
const instantForm = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)$/

function field(type: FieldType, description: string, schema: z.ZodType, holds: CollectionField['holds']) {
  return { type, description, schema, holds }
}

export function text(description: string): CollectionField {
  return field('text', description, z.string(), isText)
}

/** One of several words. */
export function choice(words: readonly string[], description: string): CollectionField {
  const known = new Set<unknown>(words)
  return field('choice', `${description}: ${words.join(', ')}`, z.enum(words), value => known.has(value))
}

/** A decimal number as text, such as `12.50`: money, quantities, rates. */
export function decimal(description: string): CollectionField {
  const schema = z.string().regex(decimalForm, 'Must be a decimal number as text, such as 12.50')
  return field('decimal', description, schema, value => typeof value === 'string' && decimalForm.test(value))
}

/** A number that counts, and that no money is. */
export function number(description: string): CollectionField {
  return field('number', description, z.number(), value => typeof value === 'number')
}

export function flag(description: string): CollectionField {
  return field('flag', description, z.boolean(), value => typeof value === 'boolean')
}

/** A day of the calendar: `YYYY-MM-DD`. */
export function date(description: string): CollectionField {
  return field('date', description, z.iso.date(), value => typeof value === 'string' && dateForm.test(value))
}

/** An instant: ISO 8601 with an offset; the hub's own end in `Z`. */
export function instant(description: string): CollectionField {
  const holds = (value: unknown) => typeof value === 'string' && instantForm.test(value)
  return field('instant', description, z.iso.datetime({ offset: true }), holds)
}

/** The id of a record of another collection. */
export function reference(to: string, description: string): CollectionField {
  return { ...field('reference', description, z.string().max(100), isText), to }
}

/** Words in an order. */
export function labels(description: string): CollectionField {
  return field('labels', description, z.array(z.string()), value => Array.isArray(value) && value.every(isText))
}

/** Texts by name. */
export function dictionary(description: string): CollectionField {
  const schema = z.record(z.string(), z.string().nullable())
  return field('dictionary', description, schema, value => schema.safeParse(value).success)
}

/** Objects in an order: a change of one is a change of the whole list. */
export function list(description: string, members: Members): CollectionField {
  const schema = z.array(schemaOf(members))
  return { ...field('list', description, schema, Array.isArray), fields: fieldsOf(members) }
}

export function group(members: Members): FieldGroup {
  return { members }
}

export function collection(description: string, members: Members): Collection {
  return { description, fields: fieldsOf(members), schema: schemaOf(members) }
}

function isGroup(member: CollectionField | FieldGroup): member is FieldGroup {
  return 'members' in member
}

function schemaOf(members: Members): z.ZodType {
  const shape = Object.entries(members).map(([name, member]) => {
    const schema = isGroup(member) ? schemaOf(member.members) : member.schema
    return [name, schema.nullish()] as const
  })
  return z.looseObject(Object.fromEntries(shape))
}

function fieldsOf(members: Members, before = ''): Record<string, CollectionField> {
  const parts = Object.entries(members).map(([name, member]) => {
    const path = before + name
    return isGroup(member) ? fieldsOf(member.members, `${path}.`) : { [path]: member }
  })
  return Object.assign({}, ...parts) as Record<string, CollectionField>
}
