import {
  buildSchema,
  executeSync,
  getDirectiveValues,
  type DocumentNode,
  GraphQLError,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  isScalarType,
} from 'graphql'

type Args = Record<string, unknown>
/** What a field gives; `own` is what it is asked of. It may be told what the directives beside it say. */
export type Resolver = (own: Record<string, unknown>, args: Args, beside: { directives: Map<string, Args> }) => unknown
/** Resolvers by `Type.field`; without one a field is the member of its name. */
export type Resolvers = Readonly<Record<string, Resolver>>

/** Thrown by a resolver for an error that stands beside the data. */
export class FieldProblem extends GraphQLError {
  constructor(code: string, message: string) {
    super(message, { extensions: { code } })
  }
}

/** A schema in the schema definition language; values of a scalar that does not fit its test are refused. */
export function schemaOf(
  source: string,
  scalars: Readonly<Record<string, (value: unknown) => boolean>>,
): GraphQLSchema {
  const schema = buildSchema(source)
  for (const [name, fits] of Object.entries(scalars)) {
    const scalar = schema.getType(name)
    if (!isScalarType(scalar)) throw new Error(`${name} is no scalar`)
    const read = (value: unknown) => {
      if (fits(value)) return value
      throw new GraphQLError(`Could not coerce value ${JSON.stringify(value)} to ${name}`)
    }
    const literal = scalar.parseLiteral.bind(scalar)
    scalar.parseValue = read
    scalar.parseLiteral = (node, variables) => read(literal(node, variables))
  }
  return schema
}

export interface Execution {
  schema: GraphQLSchema
  document: DocumentNode
  operationName: string | undefined
  variables: Args
  resolvers: Resolvers
}

/** Answers a document that is valid. */
export function execute({ schema, document, operationName, variables, resolvers }: Execution) {
  const fieldResolver: GraphQLFieldResolver<unknown, unknown, Args> = (source, args, _context, info) => {
    const own = (source ?? {}) as Args
    const resolver = resolvers[`${info.parentType.name}.${info.fieldName}`]
    if (!resolver) return own[info.fieldName]
    const given = Object.fromEntries(Object.entries(args).filter(([, value]) => value !== null && value !== undefined))
    const directives = new Map<string, Args>()
    for (const directive of schema.getDirectives()) {
      const said = getDirectiveValues(directive, info.fieldNodes[0]!, info.variableValues)
      if (said) directives.set(directive.name, said)
    }
    return resolver(own, given, { directives })
  }
  return executeSync({
    schema,
    document,
    operationName: operationName ?? null,
    variableValues: variables,
    fieldResolver,
  })
}
