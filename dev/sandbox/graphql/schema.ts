import { type Reader, reader, tokensOf } from './lex.ts'
import { type TypeRef, typeOf, type Value, valueOf } from './parse.ts'

export interface InputField {
  type: TypeRef
  fallback: Value | undefined
}
export interface FieldType {
  type: TypeRef
  args: Map<string, InputField>
}
export type TypeDefinition =
  | { kind: 'object'; fields: Map<string, FieldType> }
  | { kind: 'input'; fields: Map<string, InputField> }
  | { kind: 'enum'; values: string[] }
  | { kind: 'scalar' }

export type Schema = Map<string, TypeDefinition>

/** A schema in the schema definition language: objects, inputs, enums and scalars. https://spec.graphql.org/October2021/#sec-Type-System */
export function schemaOf(source: string): Schema {
  const read = reader(tokensOf(source))
  const schema: Schema = new Map()
  for (const name of ['String', 'Int', 'Float', 'Boolean', 'ID']) schema.set(name, { kind: 'scalar' })
  while (!read.isEnd()) {
    const word = read.name()
    const name = read.name()
    if (word === 'scalar') schema.set(name, { kind: 'scalar' })
    else if (word === 'enum') schema.set(name, { kind: 'enum', values: read.between('{', '}', () => read.name()) })
    else if (word === 'input')
      schema.set(name, { kind: 'input', fields: new Map(read.between('{', '}', () => inputOf(read))) })
    else if (word === 'type')
      schema.set(name, { kind: 'object', fields: new Map(read.between('{', '}', () => fieldOf(read))) })
    else throw read.problem()
  }
  return schema
}

function inputOf(read: Reader): [string, InputField] {
  const name = read.name()
  read.expect(':')
  return [name, { type: typeOf(read), fallback: read.take('=') ? valueOf(read) : undefined }]
}

function fieldOf(read: Reader): [string, FieldType] {
  const name = read.name()
  const args = new Map(read.is('(') ? read.between('(', ')', () => inputOf(read)) : [])
  read.expect(':')
  return [name, { type: typeOf(read), args }]
}

/** A type as documents write it. */
export function written(ref: TypeRef): string {
  if (ref.kind === 'named') return ref.name
  return ref.kind === 'list' ? `[${written(ref.of)}]` : `${written(ref.of)}!`
}

/** The type at the heart of a list or of what is required. */
export function named(ref: TypeRef): string {
  return ref.kind === 'named' ? ref.name : named(ref.of)
}
