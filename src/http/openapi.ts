import { errorCodes, type ErrorCode } from '../errors.ts'
import { SchemaCollector, type JsonSchema } from './json-schema.ts'
import { operationIdOf } from './operation-id.ts'
import type { AnyRoute } from './route.ts'

const security = {
  apiKey: { type: 'http', scheme: 'bearer', description: 'An API key of a workspace: `sk_…`' },
  adminKey: { type: 'http', scheme: 'bearer', description: "The hub's admin key, from its configuration" },
}

const introduction = `
Connects accounts on other platforms, keeps their tokens fresh, syncs their data both ways, receives their webhooks and
delivers yours.

Every answer carries \`x-request-id\`. Every error is \`{ "error": { "code", "message", "details"?, "requestId" } }\`; the codes are
stable. Lists are paged by \`cursor\`. A POST that creates takes an \`Idempotency-Key\`: a repeat within 24 hours is answered
with the first success and the header \`idempotent-replayed: true\`.
`.trim()

/** The OpenAPI 3.1 document of the API, made from the schemas that its routes check with. */
export function openApiOf(routes: AnyRoute[], server: { url: string; version: string }): JsonSchema {
  const schemas = new SchemaCollector()
  schemas.components.Error = errorSchema
  const paths: Record<string, Record<string, unknown>> = {}
  for (const route of routes) {
    const path = route.url.replace(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route, schemas) }
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Causeway', version: server.version, description: introduction, license: { name: 'Apache-2.0' } },
    servers: [{ url: server.url }],
    tags: [...new Set(routes.map(route => route.tag))].map(name => ({ name })),
    paths,
    components: { schemas: schemas.components, securitySchemes: security },
  }
}

function operationOf(route: AnyRoute, schemas: SchemaCollector): JsonSchema {
  const parameters = [...parametersOf(route, 'params', schemas), ...parametersOf(route, 'query', schemas)]
  if (route.idempotent === true) parameters.push(idempotencyKey)
  const status = route.status ?? 200
  return {
    operationId: operationIdOf(route),
    summary: route.summary,
    ...(route.description === undefined ? {} : { description: route.description }),
    tags: [route.tag],
    security: securityOf(route),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(route.body === undefined
      ? {}
      : { requestBody: { required: true, content: json(schemas.of(route.body, 'input')) } }),
    responses: {
      [status]:
        status === 204
          ? { description: 'Done' }
          : { description: 'Success', content: json(schemas.of(route.reply, 'output')) },
      ...errorsOf(route),
    },
  }
}

const idempotencyKey = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description: 'Any text of your own, 1 to 255 visible ASCII characters; the same for every repeat of one request.',
  schema: { type: 'string', minLength: 1, maxLength: 255 },
}

function parametersOf(route: AnyRoute, part: 'params' | 'query', schemas: SchemaCollector): JsonSchema[] {
  const schema = route[part]
  const place = part === 'params' ? 'path' : 'query'
  if (!schema) {
    const names = part === 'params' ? [...route.url.matchAll(/:(\w+)/g)].map(match => match[1]!) : []
    return names.map(name => ({ name, in: place, required: true, schema: { type: 'string' } }))
  }
  const { properties = {}, required = [] } = schemas.of(schema, 'input') as {
    properties?: Record<string, JsonSchema>
    required?: string[]
  }
  return Object.entries(properties).map(([name, { description, ...of }]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema: of,
  }))
}

function securityOf({ access }: AnyRoute): Record<string, string[]>[] {
  if (access === 'public') return []
  // OpenAPI 3.1 lets any scheme name the roles it takes.
  return access === 'admin' ? [{ adminKey: [] }] : [{ apiKey: [access] }]
}

function errorsOf(route: AnyRoute): Record<string, JsonSchema> {
  const codes = new Set<ErrorCode>(['INTERNAL', 'DATABASE_UNAVAILABLE', 'INVALID_REQUEST', ...(route.errors ?? [])])
  if (route.access !== 'public') for (const code of ['UNAUTHORIZED', 'RATE_LIMITED'] as const) codes.add(code)
  if (route.access !== 'public' && route.access !== 'admin') codes.add('FORBIDDEN')
  if (route.body) for (const code of ['BODY_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE'] as const) codes.add(code)
  if (route.idempotent === true)
    for (const code of ['IDEMPOTENCY_CONFLICT', 'IDEMPOTENCY_IN_PROGRESS'] as const) codes.add(code)
  const byStatus = Map.groupBy([...codes], code => errorCodes[code].status)
  return Object.fromEntries(
    [...byStatus]
      .sort(([one], [other]) => one - other)
      .map(([status, of]) => [
        status,
        {
          description: of.map(code => `\`${code}\`: ${errorCodes[code].message}`).join('\n\n'),
          content: json({ $ref: '#/components/schemas/Error' }),
        },
      ]),
  )
}

const errorSchema = {
  type: 'object',
  properties: {
    error: {
      type: 'object',
      properties: {
        code: { type: 'string', enum: Object.keys(errorCodes) },
        message: { type: 'string', description: 'A sentence that says what to do' },
        details: { description: 'Structured facts; for INVALID_REQUEST a list of `{ path, message }`' },
        requestId: { type: 'string', description: 'Leads to the log; also in the header `x-request-id`' },
      },
      required: ['code', 'message', 'requestId'],
    },
  },
  required: ['error'],
  example: {
    error: { code: 'CONNECTION_NOT_FOUND', message: 'There is no such connection.', requestId: 'req_01jb…' },
  },
}

function json(schema: JsonSchema): JsonSchema {
  return { 'application/json': { schema } }
}
