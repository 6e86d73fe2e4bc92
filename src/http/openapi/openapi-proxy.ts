import type { ErrorCode } from '../../errors.ts'
import type { JsonSchema } from './json-schema.ts'
import { errorsOf } from './openapi-errors.ts'
import { referTo } from './openapi-headers.ts'

/** The methods of the proxy's route, by the names that operations have. */
const operations = {
  get: 'getThroughProxy',
  head: 'headThroughProxy',
  post: 'postThroughProxy',
  put: 'putThroughProxy',
  patch: 'patchThroughProxy',
  delete: 'deleteThroughProxy',
  options: 'optionsThroughProxy',
} as const
type Method = keyof typeof operations

export const proxyPath = '/v1/connections/{connectionId}/proxy/{path}'

const description = `
Makes the call at the connection's platform, with the credential put in by the hub. What stands behind \`/proxy/\` follows on the
platform's API address, with its query, as it is written: slashes too, which a client made from this document may have to be told to
leave. Bodies pass through as bytes, both ways; headers do, but for what proves something to the hub.

What the platform answers is answered, whatever its status. What the hub itself answers has the header \`causeway-error\` and the usual
body.`.trim()

const errors: ErrorCode[] = [
  ...(['CONNECTION_NOT_FOUND', 'CONNECTION_NOT_READY', 'TOKEN_EXPIRED', 'CLIENT_REFUSED', 'REFRESH_FAILED'] as const),
  ...(['INVALID_URL', 'INVALID_PROVIDER', 'PROVIDER_APP_NOT_FOUND', 'PROVIDER_UNREACHABLE'] as const),
]

/** Any bytes, of whatever type. */
const bytes = { '*/*': { schema: { type: 'string', format: 'binary' } } }

/** The proxy's path, which is no route of the API proper: one operation for each method. */
export function proxyOperations(): Record<Method, JsonSchema> {
  const made = Object.entries(operations) as [Method, string][]
  return Object.fromEntries(made.map(([method, id]) => [method, operationOf(method, id)])) as Record<Method, JsonSchema>
}

function operationOf(method: Method, operationId: string): JsonSchema {
  const takesBody = method !== 'get' && method !== 'head'
  return {
    operationId,
    summary: `${method.toUpperCase()} at the platform`,
    description,
    tags: ['Connections'],
    security: [{ apiKey: ['connections:proxy'] }],
    parameters,
    ...(takesBody ? { requestBody: { description: 'Passed on as it comes', required: false, content: bytes } } : {}),
    responses: { '2XX': platformAnswer(method), ...hubErrors(method), default: platformAnswer(method) },
  }
}

function platformAnswer(method: Method): JsonSchema {
  return {
    description: "The platform's answer: its status, headers and bytes",
    headers: referTo(['x-request-id', 'causeway-provider-request-id']),
    ...(method === 'head' ? {} : { content: bytes }),
  }
}

/** The hub's own refusals; the platform may answer with the same statuses. */
function hubErrors(method: Method): Record<string, JsonSchema> {
  // No body is judged: it is the platform's to refuse.
  const own = errorsOf({ method: 'GET', access: 'connections:proxy', errors })
  return Object.fromEntries(
    Object.entries(own).map(([status, answer]) => {
      const { content, headers, ...rest } = answer as { content: JsonSchema; headers: JsonSchema }
      const said = { ...rest, headers: { ...headers, ...referTo(['causeway-error']) } }
      return [status, method === 'head' ? said : { ...said, content: { ...content, ...bytes } }]
    }),
  )
}

const name = { type: 'string', minLength: 1, maxLength: 50 }
const parameters = [
  {
    ...{ name: 'connectionId', in: 'path', required: true, description: 'The id of the connection: `conn_…`' },
    schema: { type: 'string', examples: ['conn_01kb3v9w8xf4s9hq2m7c5t6n0p'] },
  },
  {
    ...{ name: 'path', in: 'path', required: true },
    description: "The path below the platform's API address, of one or several segments, and behind it the query",
    schema: { type: 'string', examples: ['user/repos'] },
  },
  {
    ...{ name: 'causeway-host', in: 'header', required: false },
    description: "Another of the platform's hosts than `api`, by its name in the definition",
    schema: { ...name, pattern: '^[A-Za-z0-9_-]+$' },
  },
  {
    ...{ name: 'causeway-as', in: 'header', required: false },
    description: 'The name of a second token of the connection, such as `user`; its own unless given',
    schema: { ...name, pattern: '^[a-z][a-z0-9-]*$', examples: ['user'] },
  },
]
