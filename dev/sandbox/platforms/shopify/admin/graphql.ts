import {
  type DocumentNode,
  type FragmentDefinitionNode,
  getOperationAST,
  getVariableValues,
  GraphQLError,
  Kind,
  OperationTypeNode,
  parse,
  validate,
} from 'graphql'
import { execute, type Resolvers, schemaOf } from '../../../graphql.ts'
import { inputs } from '../schema/inputs.ts'
import { objects } from '../schema/objects.ts'
import { bulkOperations, type BulkGround } from '../bulk/operations.ts'
import type { bucketOf } from './bucket.ts'
import { actualCost, requestedCost } from './cost.ts'
import { customers } from './customers.ts'
import { inventory } from './inventory.ts'
import { orders } from './orders.ts'
import { nodesOf } from './nodes.ts'
import { products } from './products.ts'
import type { Shop } from './shop.ts'

const regions = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' })
const isAmount = (value: unknown) => /^-?\d+(\.\d+)?$/.test(String(value))
const schema = schemaOf(objects + inputs, {
  Money: isAmount,
  Decimal: isAmount,
  CountryCode: value => typeof value === 'string' && /^[A-Z]{2}$/.test(value) && regions.of(value) !== undefined,
})
const mostPoints = 1_000

export interface GraphqlRequest {
  query: string
  variables: Record<string, unknown>
  operationName: string | undefined
}

/** Answers a request; errors come with the status of a success. https://shopify.dev/docs/api/admin-graphql#status_and_error_codes */
export function answerGraphql(
  request: GraphqlRequest,
  shop: Shop,
  bucket: ReturnType<typeof bucketOf>,
  ground: Pick<BulkGround, 'storage' | 'version' | 'origin'>,
): unknown {
  const { operationName } = request
  let document: DocumentNode
  try {
    document = parse(request.query)
  } catch (error) {
    if (error instanceof GraphQLError) return refused('PARSE_ERROR', error.message)
    throw error
  }
  const operation = getOperationAST(document, operationName)
  if (!operation) return refused('BAD_REQUEST', 'An operation name is required')
  const problems = validate(schema, document)
  if (problems.length > 0) {
    return { errors: problems.map(({ message }) => ({ message, extensions: { code: codeOf(message) } })) }
  }
  const { coerced: variables, errors: misfits } = getVariableValues(
    schema,
    operation.variableDefinitions ?? [],
    request.variables,
  )
  if (!variables) {
    return { errors: misfits.map(({ message }) => ({ message, extensions: { code: 'INVALID_VARIABLE' } })) }
  }
  const named = document.definitions.filter(
    (one): one is FragmentDefinitionNode => one.kind === Kind.FRAGMENT_DEFINITION,
  )
  const fragments = new Map(named.map(fragment => [fragment.name.value, fragment]))
  const requested = requestedCost(schema, operation, fragments, variables)
  const costs = (actual: number | null) => {
    return { cost: { requestedQueryCost: requested, actualQueryCost: actual, throttleStatus: bucket.status() } }
  }
  if (requested > mostPoints) {
    const message = `Query cost is ${requested}, which exceeds the single query max cost limit (${mostPoints}).`
    return refused('MAX_COST_EXCEEDED', message, { cost: requested, maxCost: mostPoints })
  }
  if (!bucket.has(requested)) return { ...refused('THROTTLED', 'Throttled'), extensions: costs(null) }
  const plain = resolversOf(shop)
  const resolvers = { ...plain, ...bulkOperations(shop, { ...ground, schema, resolvers: plain }) }
  const { data, errors } = execute({ schema, document, operationName, variables: request.variables, resolvers })
  const isWrite = operation.operation === OperationTypeNode.MUTATION
  const actual = isWrite ? requested : Math.min(requested, Math.max(1, actualCost(data)))
  bucket.spend(actual)
  const listed = errors?.map(({ message, path, extensions }) => ({ message, path, extensions }))
  return { ...(listed ? { errors: listed } : {}), data, extensions: costs(actual) }
}

const refused = (code: string, message: string, more: object = {}) => ({
  errors: [{ message, extensions: { code, ...more } }],
})

/** Its own codes for what the schema does not have. */
const codes: [RegExp, string][] = [
  [/^Cannot query field/, 'undefinedField'],
  [/^Unknown argument/, 'argumentNotAccepted'],
  [/used in position expecting type/, 'variableMismatch'],
  [/is never used/, 'variableNotUsed'],
  [/is not defined/, 'variableNotDefined'],
  [/selection of subfields/, 'selectionMismatch'],
  [/is required, but it was not provided/, 'missingRequiredArguments'],
]
const codeOf = (message: string) => codes.find(([pattern]) => pattern.test(message))?.[1] ?? 'BAD_REQUEST'

function resolversOf(shop: Shop): Resolvers {
  const name = shop.domain.split('.')[0]
  const about = {
    id: 'gid://shopify/Shop/548380009',
    name: `The ${name}`,
    email: 'owner@example.com',
    currencyCode: 'USD',
  }
  return {
    'QueryRoot.shop': () => ({ ...about, myshopifyDomain: shop.domain }),
    'QueryRoot.nodes': (_, { ids }) => nodesOf(shop, ids as string[]),
    ...customers(shop),
    ...products(shop),
    ...inventory(shop),
    ...orders(shop),
  }
}
