import type { TypeRef, Value } from './parse.ts'
import { type Schema, written } from './schema.ts'

/** What does not fit its type: where, and why. */
export class Misfit extends Error {
  readonly path: string[]

  constructor(path: string[], message: string) {
    super(message)
    this.path = path
  }
}

/** A value of JSON as its type takes it. https://spec.graphql.org/October2021/#sec-Input-Values @throws Misfit */
export function coerced(schema: Schema, type: TypeRef, value: unknown, path: string[] = []): unknown {
  if (type.kind === 'required') {
    if (value === undefined || value === null) throw new Misfit(path, 'Expected value to not be null')
    return coerced(schema, type.of, value, path)
  }
  if (value === undefined || value === null) return value
  if (type.kind !== 'named') {
    const items = Array.isArray(value) ? (value as unknown[]) : [value]
    return items.map((item, index) => coerced(schema, type.of, item, [...path, String(index)]))
  }
  const definition = schema.get(type.name)
  const misfit = () => new Misfit(path, `Could not coerce value ${JSON.stringify(value)} to ${type.name}`)
  if (definition?.kind === 'enum') {
    if (typeof value !== 'string' || !definition.values.includes(value))
      throw new Misfit(path, `Expected ${JSON.stringify(value)} to be one of: ${definition.values.join(', ')}`)
    return value
  }
  if (definition?.kind === 'scalar') return scalarOf(type.name, value, misfit)
  if (definition?.kind !== 'input' || typeof value !== 'object' || Array.isArray(value)) throw misfit()
  const given = value as Record<string, unknown>
  const unknown = Object.keys(given).find(name => !definition.fields.has(name))
  if (unknown !== undefined) throw new Misfit([...path, unknown], `Field is not defined on ${type.name}`)
  const members: Record<string, unknown> = {}
  for (const [name, field] of definition.fields) {
    const said = given[name] === undefined && field.fallback ? constantOf(field.fallback) : given[name]
    const member = coerced(schema, field.type, said, [...path, name])
    if (member !== undefined) members[name] = member
  }
  return members
}

function scalarOf(name: string, value: unknown, misfit: () => Misfit): unknown {
  switch (name) {
    case 'Int':
    case 'UnsignedInt64':
      if (!Number.isInteger(value)) throw misfit()
      return value
    case 'Float':
      if (typeof value !== 'number') throw misfit()
      return value
    case 'Boolean':
      if (typeof value !== 'boolean') throw misfit()
      return value
    case 'Money':
    case 'Decimal':
      if (!/^-?\d+(\.\d+)?$/.test(String(value))) throw misfit()
      return String(value)
    case 'ID':
      if (typeof value !== 'string' && !Number.isInteger(value)) throw misfit()
      return String(value)
    default:
      if (typeof value !== 'string') throw misfit()
      return value
  }
}

/** A value of a document, its variables filled in; undefined for a variable that is not given. */
export function constantOf(value: Value, variables: Readonly<Record<string, unknown>> = {}): unknown {
  switch (value.kind) {
    case 'literal':
      return value.value
    case 'enum':
      return value.name
    case 'variable':
      return variables[value.name]
    case 'list':
      return value.items.map(item => constantOf(item, variables))
    case 'object':
      return Object.fromEntries(value.members.map(([name, member]) => [name, constantOf(member, variables)]))
  }
}

/** Whether a variable of one type may stand where another is wanted; a fallback makes up for what may be absent. */
export function mayStand(variable: TypeRef, hasFallback: boolean, wanted: TypeRef): boolean {
  if (wanted.kind === 'required') {
    if (variable.kind === 'required') return mayStand(variable.of, false, wanted.of)
    return hasFallback && mayStand(variable, false, wanted.of)
  }
  if (variable.kind === 'required') return mayStand(variable.of, false, wanted)
  if (wanted.kind === 'list') return variable.kind === 'list' && mayStand(variable.of, false, wanted.of)
  return written(variable) === written(wanted)
}
