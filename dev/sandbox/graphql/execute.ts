import { coerced, constantOf, Misfit } from './coerce.ts'
import type { Directive, Document, Operation, Selection } from './parse.ts'
import { type Schema, named } from './schema.ts'
import type { Problem } from './validate.ts'

type Args = Record<string, unknown>
/** What a field gives; `own` is what it is asked of. It may be told what directives stand beside it. */
export type Resolver = (own: Record<string, unknown>, args: Args, beside: { directives: Map<string, Args> }) => unknown
/** Resolvers by `Type.field`; without one a field is the member of its name. */
export type Resolvers = Readonly<Record<string, Resolver>>

/** Thrown by a resolver for an error that stands beside the data, in which the field is null. */
export class FieldProblem extends Error {
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

/** The variables of an operation. @throws Misfit */
export function variablesOf(schema: Schema, { variables }: Operation, given: Args): Args {
  const read: Args = {}
  for (const { name, type, fallback } of variables) {
    const said = given[name] === undefined && fallback ? constantOf(fallback) : given[name]
    try {
      const value = coerced(schema, type, said)
      if (value !== undefined) read[name] = value
    } catch (error) {
      if (!(error instanceof Misfit)) throw error
      throw new Misfit([name, ...error.path], error.message)
    }
  }
  return read
}

/** Answers an operation that is valid. https://spec.graphql.org/October2021/#sec-Execution */
export function execute(
  schema: Schema,
  { fragments }: Document,
  operation: Operation,
  { root, resolvers, variables }: { root: string; resolvers: Resolvers; variables: Args },
): { data: Args; errors: Problem[] } {
  const errors: Problem[] = []

  const isSkipped = (directives: readonly Directive[]) =>
    directives.some(({ name, args }) => {
      const when = Object.fromEntries(args.map(([arg, value]) => [arg, constantOf(value, variables)]))['if']
      return (name === 'skip' && when === true) || (name === 'include' && when === false)
    })

  const select = (selections: readonly Selection[], typeName: string, own: Args, path: string[]): Args => {
    const data: Args = {}
    for (const selection of selections) {
      if (isSkipped(selection.directives)) continue
      if (selection.kind === 'field')
        data[selection.alias] = fieldOf(selection, typeName, own, [...path, selection.alias])
      else {
        const { on, selections: inner } = selection.kind === 'inline' ? selection : fragments.get(selection.name)!
        const isOther = on !== undefined && on !== typeName
        if (!isOther) Object.assign(data, select(inner, typeName, own, path))
      }
    }
    return data
  }

  const fieldOf = (field: Selection & { kind: 'field' }, typeName: string, own: Args, path: string[]): unknown => {
    if (field.name === '__typename') return typeName
    const type = schema.get(typeName)
    const definition = type?.kind === 'object' ? type.fields.get(field.name) : undefined
    if (!definition) return null
    const args: Args = {}
    const said = Object.fromEntries(field.args.map(([name, value]) => [name, constantOf(value, variables)]))
    for (const [name, arg] of definition.args) {
      const value = said[name] === undefined && arg.fallback ? constantOf(arg.fallback) : said[name]
      const taken = coerced(schema, arg.type, value)
      if (taken !== undefined && taken !== null) args[name] = taken
    }
    const directives = new Map(
      field.directives.map(({ name, args: said }) => {
        return [name, Object.fromEntries(said.map(([arg, value]) => [arg, constantOf(value, variables)]))] as const
      }),
    )
    try {
      const resolver = resolvers[`${typeName}.${field.name}`]
      const value = resolver ? resolver(own, args, { directives }) : own[field.name]
      return completed(value, field, named(definition.type), path)
    } catch (error) {
      if (!(error instanceof FieldProblem)) throw error
      errors.push({ message: error.message, path, extensions: { code: error.code } })
      return null
    }
  }

  const completed = (value: unknown, field: Selection & { kind: 'field' }, type: string, path: string[]): unknown => {
    if (value === undefined || value === null) return null
    if (Array.isArray(value)) return value.map((item, index) => completed(item, field, type, [...path, String(index)]))
    return field.selections.length === 0 ? value : select(field.selections, type, value as Args, path)
  }

  return { data: select(operation.selections, root, {}, []), errors }
}
