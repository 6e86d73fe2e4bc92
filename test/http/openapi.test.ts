import { proxiedMethods } from '../../src/connections/proxy/proxied-call.ts'
import { errorCodes } from '../../src/errors.ts'
import { routesOf } from '../../src/http/routes.ts'
import { call, createTestHub, createTestServer } from '../support/hub.ts'

const hub = await createTestHub()
const app = await createTestServer(hub)

interface Operation {
  operationId: string
  security: Record<string, string[]>[]
  description?: string
  parameters?: { name: string; in: string; required: boolean; description?: string }[]
  requestBody?: { required: boolean; content: Content }
  responses: Record<string, { headers: Record<string, unknown>; content?: Content }>
}
type Content = Record<string, { schema: { $ref?: string }; example?: unknown }>
interface Schema {
  description?: string
  properties?: Record<string, Schema>
  items?: Schema
  additionalProperties?: Schema | boolean
  anyOf?: Schema[]
  oneOf?: Schema[]
}
interface Document {
  openapi: string
  paths: Record<string, Record<string, Operation>>
  tags: { name: string; description?: string }[]
  components: { schemas: Record<string, Schema> }
}
const { body: document } = await call<Document>(app, undefined, 'GET', '/openapi.json')
const routes = routesOf(hub)
const operations = Object.values(document.paths).flatMap(path => Object.values(path))
const operationOf = ({ url, method }: (typeof routes)[number]) =>
  document.paths[url.replace(/:(\w+)/g, '{$1}')]![method.toLowerCase()]!

describe('the OpenAPI document', () => {
  it('has every route, each under a name of its own', () => {
    expect(document.openapi).toBe('3.1.0')
    const names = routes.map(route => {
      const operation = document.paths[route.url.replace(/:(\w+)/g, '{$1}')]?.[route.method.toLowerCase()]
      expect(operation).toBeDefined()
      return operation!.operationId
    })
    expect(new Set(names).size).toBe(names.length)
    for (const name of names) expect(name).toMatch(/^[a-z][A-Za-z]+$/)
  })

  it('refers to nothing that is not in it', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(match => match[1]!)
    expect(references.length).toBeGreaterThan(0)
    const { components } = document as { components: Record<string, object> }
    for (const reference of new Set(references)) {
      const [kind, name] = reference.replace('#/components/', '').split('/')
      expect(Object.keys(components[kind!]!)).toContain(name)
    }
  })

  it('names the security, the parameters and the errors of an operation', () => {
    const create = document.paths['/v1/api-keys']!.post!
    expect(create.operationId).toBe('createApiKey')
    expect(create.security).toEqual([{ apiKey: ['api-keys:write'] }])
    expect(create.parameters).toContainEqual(expect.objectContaining({ name: 'Idempotency-Key', in: 'header' }))
    expect(Object.keys(create.responses)).toEqual(
      expect.arrayContaining(['201', '400', '401', '403', '409', '413', '415', '429', '500', '503']),
    )
    const get = document.paths['/v1/api-keys/{apiKeyId}']!.get!
    expect(get.parameters).toEqual([expect.objectContaining({ name: 'apiKeyId', in: 'path', required: true })])
    expect(document.paths['/v1/workspaces']!.get!.security).toEqual([{ adminKey: [] }])
    expect(JSON.stringify(document.components.schemas.Error)).toContain(Object.keys(errorCodes).at(-1))
  })

  it('says of every parameter and every member what it is', () => {
    const silent: string[] = []
    const look = (schema: Schema, at: string): void => {
      for (const [name, member] of Object.entries(schema.properties ?? {})) {
        if (!member.description) silent.push(`${at}.${name}`)
        look(member, `${at}.${name}`)
      }
      for (const inner of [
        schema.items,
        schema.additionalProperties,
        ...(schema.anyOf ?? []),
        ...(schema.oneOf ?? []),
      ]) {
        if (typeof inner === 'object') look(inner, at)
      }
    }
    for (const [name, schema] of Object.entries(document.components.schemas)) look(schema, name)
    for (const operation of operations) {
      expect([operation.operationId, typeof operation.description]).toEqual([operation.operationId, 'string'])
      for (const { name, description } of operation.parameters ?? []) {
        if (!description) silent.push(`${operation.operationId}.${name}`)
      }
    }
    expect(silent).toEqual([])
    expect(document.tags.filter(tag => !tag.description)).toEqual([])
  })

  it('names every body and every answer, says when a body may be left out, and shows one that is taken', () => {
    for (const route of routes) {
      const operation = operationOf(route)
      const success = operation.responses[route.status ?? 200]!.content?.['application/json']
      if (success) expect(success.schema.$ref).toMatch(/^#/)
      if (!route.body) continue
      const { required, content } = operation.requestBody!
      const { schema, example } = content['application/json']!
      expect(schema.$ref).toMatch(/^#/)
      expect([operation.operationId, required]).toEqual([
        operation.operationId,
        !['enableEndpoint', 'createSyncRun', 'reconnectConnection'].includes(operation.operationId),
      ])
      expect([operation.operationId, route.body.safeParse(example).error]).toEqual([operation.operationId, undefined])
    }
  })

  it('declares the headers of answers, and what any call may be refused with', () => {
    for (const route of routes) {
      const { operationId, responses } = operationOf(route)
      for (const { headers } of Object.values(responses)) expect(Object.keys(headers)).toContain('x-request-id')
      for (const status of [400, 401, 408, 417, 429, 431, 500, 503]) expect(responses).toHaveProperty(String(status))
      for (const status of [413, 415]) {
        expect([operationId, status in responses]).toEqual([operationId, route.method !== 'GET'])
      }
      expect(responses[429]!.headers).toHaveProperty('retry-after')
      expect(responses[401]!.headers).toHaveProperty('www-authenticate')
      if (route.idempotent) expect(responses[route.status ?? 200]!.headers).toHaveProperty('idempotent-replayed')
    }
    expect(document.paths['/v1/inbound-events/{inboundEventId}']!.get!.responses).toHaveProperty('404')
  })

  it('describes the proxy by method: bytes both ways, the hub’s errors, and by what they are told from the platform’s', () => {
    const proxied = document.paths['/v1/connections/{connectionId}/proxy/{path}']!
    expect(Object.keys(proxied).toSorted()).toEqual(proxiedMethods.map(method => method.toLowerCase()).toSorted())
    const { post, get, head } = proxied
    const binary = { '*/*': { schema: { type: 'string', format: 'binary' } } }
    expect([post!.requestBody!.content, post!.responses['2XX']!.content]).toEqual([binary, binary])
    expect([get!.requestBody, head!.responses['2XX']!.content]).toEqual([undefined, undefined])
    for (const { responses, security, parameters } of Object.values(proxied)) {
      expect(security).toEqual([{ apiKey: ['connections:proxy'] }])
      expect(parameters!.map(({ name }) => name)).toEqual(['connectionId', 'path', 'causeway-host', 'causeway-as'])
      for (const status of [400, 401, 403, 404, 429, 500, 502, 503])
        expect(responses[status]!.headers).toHaveProperty('causeway-error')
    }
    expect(get!.responses[404]).toMatchObject({
      description: expect.stringContaining('CONNECTION_NOT_FOUND') as string,
    })
  })

  it('lets answers grow, and has no expression that other languages cannot read', () => {
    const schemas = JSON.stringify(document.components.schemas)
    expect(schemas).not.toMatch(/\\\\[pP]\{/)
    expect(JSON.stringify(document.components.schemas.Connection)).not.toContain('"additionalProperties":false')
    expect(JSON.stringify(document.components.schemas.CreateRecordInput)).toContain('"additionalProperties":false')
    expect(document.components.schemas.Json).toEqual({ description: 'Any JSON value' })
  })

  it('is read at /docs, from this process alone', async () => {
    const page = await app.inject('/docs/')
    expect(page.statusCode).toBe(200)
    expect(page.body).not.toMatch(/(src|href)="https?:/)
    const sources = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(match => match[1]!)
    for (const source of sources)
      expect((await app.inject(new URL(source, 'http://x/docs/').pathname)).statusCode).toBe(200)
    expect((await app.inject('/docs')).statusCode).toBe(200)
  })
})
