import { Misfit } from '../../../graphql/coerce.ts'
import { execute, FieldProblem, type Resolvers, variablesOf } from '../../../graphql/execute.ts'
import { SyntaxProblem } from '../../../graphql/lex.ts'
import { type Document, parse } from '../../../graphql/parse.ts'
import { schemaOf } from '../../../graphql/schema.ts'
import { problemsOf } from '../../../graphql/validate.ts'
import { inputs } from '../schema/inputs.ts'
import { objects } from '../schema/objects.ts'
import type { bucketOf } from './bucket.ts'
import { actualCost, requestedCost } from './cost.ts'
import { customers } from './customers.ts'
import { inventory } from './inventory.ts'
import { orders } from './orders.ts'
import { products } from './products.ts'
import type { Shop } from './shop.ts'

/** The part of the published schema that is played. */
export const adminSchema = objects + inputs
const schema = schemaOf(adminSchema)
const mostPoints = 1_000

export interface GraphqlRequest {
  query: string
  variables: Record<string, unknown>
  operationName: string | undefined
}

/** Answers a request; errors come with the status of a success. https://shopify.dev/docs/api/admin-graphql#status_and_error_codes */
export function answerGraphql(request: GraphqlRequest, shop: Shop, bucket: ReturnType<typeof bucketOf>): unknown {
  let document: Document
  try {
    document = parse(request.query)
  } catch (error) {
    if (error instanceof SyntaxProblem)
      return { errors: [{ message: error.message, extensions: { code: 'PARSE_ERROR' } }] }
    throw error
  }
  const { operations } = document
  const operation =
    request.operationName === undefined ? operations[0] : operations.find(one => one.name === request.operationName)
  if (!operation || (operations.length > 1 && request.operationName === undefined))
    return { errors: [{ message: 'An operation name is required', extensions: { code: 'BAD_REQUEST' } }] }
  const root = operation.type === 'query' ? 'QueryRoot' : 'Mutation'
  const problems = problemsOf(schema, document, operation, root)
  if (problems.length > 0) return { errors: problems }
  try {
    const variables = variablesOf(schema, operation, request.variables)
    const requested = requestedCost(schema, document, operation, root, variables)
    const costs = (actual: number | null) => {
      return { cost: { requestedQueryCost: requested, actualQueryCost: actual, throttleStatus: bucket.status() } }
    }
    if (requested > mostPoints) {
      const message = `Query cost is ${requested}, which exceeds the single query max cost limit (${mostPoints}).`
      return { errors: [{ message, extensions: { code: 'MAX_COST_EXCEEDED', cost: requested, maxCost: mostPoints } }] }
    }
    if (!bucket.has(requested))
      return { errors: [{ message: 'Throttled', extensions: { code: 'THROTTLED' } }], extensions: costs(null) }
    const { data, errors } = execute(schema, document, operation, { root, resolvers: resolversOf(shop), variables })
    const actual = root === 'Mutation' ? requested : Math.min(requested, Math.max(1, actualCost(data)))
    bucket.spend(actual)
    return { ...(errors.length > 0 ? { errors } : {}), data, extensions: costs(actual) }
  } catch (error) {
    if (error instanceof Misfit) return { errors: [invalidVariable(error)] }
    if (error instanceof FieldProblem) return { errors: [{ message: error.message, extensions: { code: error.code } }] }
    throw error
  }
}

function invalidVariable({ path, message }: Misfit) {
  const [name, ...at] = path
  const where = at.length > 0 ? ` for ${at.join('.')}` : ''
  const text = `Variable $${name} was provided invalid value${where} (${message})`
  return { message: text, extensions: { code: 'INVALID_VARIABLE', problems: [{ path: at, explanation: message }] } }
}

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
    ...customers(shop),
    ...products(shop),
    ...inventory(shop),
    ...orders(shop),
  }
}
