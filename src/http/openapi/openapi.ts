import { SchemaCollector, type JsonSchema } from './json-schema.ts'
import { errorSchema, refusalSchema } from './openapi-errors.ts'
import { headers } from './openapi-headers.ts'
import { operationOf } from './openapi-operation.ts'
import { proxyOperations, proxyPath } from './openapi-proxy.ts'
import { described, tags } from './openapi-words.ts'
import type { AnyRoute } from '../route.ts'

const security = {
  apiKey: { type: 'http', scheme: 'bearer', description: 'An API key of a workspace: `sk_…`' },
  adminKey: { type: 'http', scheme: 'bearer', description: "The hub's admin key, from its configuration" },
}

const introduction = `
Connects accounts on other platforms, keeps their tokens fresh, syncs their data both ways, receives their webhooks and
delivers yours.

Every answer carries \`x-request-id\`. Every error is \`{ "error": { "code", "message", "details"?, "requestId" } }\`; the codes are
stable. Lists are paged by \`cursor\`. A POST that creates takes an \`Idempotency-Key\`: a repeat within 24 hours, with the same API key,
is answered with the first success and the header \`idempotent-replayed: true\`. Answers may get further members in later
versions; members that a request does not know are refused.
`.trim()

/**
 * The OpenAPI 3.1 document of the API, made from the schemas that its routes check with. What it says of each route is made at the
 * first look: it is a fifth of a second's work, which a start need not wait for.
 */
export function openApiOf(routes: AnyRoute[], server: { url: string; version: string }): JsonSchema {
  let made: ReturnType<typeof describe> | undefined
  const all = () => (made ??= describe(routes))
  return {
    openapi: '3.1.0',
    info: {
      title: 'Causeway',
      version: server.version,
      description: introduction,
      license: { name: 'Apache License 2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: server.url }],
    tags: [...new Set(routes.map(route => route.tag))].map(name => ({ name, description: tags[name] })),
    get paths() {
      return all().paths
    },
    get components() {
      return all().components
    },
  }
}

function describe(routes: AnyRoute[]) {
  const schemas = new SchemaCollector()
  Object.assign(schemas.components, { Error: errorSchema, Refusal: refusalSchema })
  const paths: Record<string, Record<string, unknown>> = {}
  for (const route of routes) {
    const path = route.url.replace(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route, schemas) }
  }
  paths[proxyPath] = proxyOperations()
  const components = Object.entries(schemas.components).map(
    ([name, schema]) => [name, described(schema, name)] as const,
  )
  return { paths, components: { schemas: Object.fromEntries(components), headers, securitySchemes: security } }
}
