import { errorCodes } from '../../src/errors.ts'
import { routesOf } from '../../src/http/routes.ts'
import { call, createTestHub, createTestServer } from '../support/hub.ts'

const hub = await createTestHub()
const app = await createTestServer(hub)

interface Operation {
  operationId: string
  security: Record<string, string[]>[]
  parameters?: { name: string; in: string; required: boolean }[]
  responses: Record<string, unknown>
}
interface Document {
  openapi: string
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, unknown> }
}
const { body: document } = await call<Document>(app, undefined, 'GET', '/openapi.json')
const routes = routesOf(hub)

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
    for (const reference of new Set(references)) {
      expect(Object.keys(document.components.schemas)).toContain(reference.replace('#/components/schemas/', ''))
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
