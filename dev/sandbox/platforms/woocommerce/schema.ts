import { textOf } from '../../text.ts'

/** What a member has to be: `text` refuses numbers, as WordPress's schema does. */
export type Type =
  'text' | 'integer' | 'boolean' | 'number' | 'list' | 'read-only' | { one: readonly string[] } | Schema
export interface Schema {
  readonly [name: string]: Type
}

export class WrongField extends Error {
  readonly field: string

  constructor(field: string, message: string) {
    super(message)
    this.field = field
  }
}

/** What is taken of a request: members that are read only or unknown are left out without a word. @throws WrongField */
export function checked(schema: Schema, fields: Record<string, unknown>, prefix = ''): Record<string, unknown> {
  const taken: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(fields)) {
    const type = Object.hasOwn(schema, name) ? schema[name] : undefined
    if (type === undefined || type === 'read-only') continue
    taken[name] = valueOf(type, value, `${prefix}${name}`)
  }
  return taken
}

function valueOf(type: Type, value: unknown, field: string): unknown {
  const wrong = (what: string) => new WrongField(field, `${field} is not of type ${what}.`)
  switch (type) {
    case 'text':
      if (typeof value !== 'string') throw wrong('string')
      return value
    case 'integer':
      if (value === null || /^-?\d+$/.test(textOf(value))) return value === null ? null : Number(value)
      throw wrong('integer')
    case 'number':
      if (typeof value !== 'boolean' && textOf(value).trim() !== '' && Number.isFinite(Number(value)))
        return Number(value)
      throw wrong('number')
    case 'boolean':
      if (typeof value !== 'boolean') throw wrong('boolean')
      return value
    case 'list':
      if (!Array.isArray(value)) throw wrong('array')
      return value
    case 'read-only':
      return undefined
  }
  if ('one' in type && Array.isArray(type.one)) {
    const known = type.one as string[]
    if (!known.includes(textOf(value))) throw new WrongField(field, `${field} is not one of ${known.join(', ')}.`)
    return value
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong('object')
  return checked(type as Schema, value as Record<string, unknown>, `${field}.`)
}
