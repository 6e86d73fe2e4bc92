import type { AnyRoute } from '../../src/http/route.ts'
import { routesOf } from '../../src/http/routes.ts'
import { permissions } from '../../src/workspaces/permissions.ts'
import { call, createTestHub, createTestServer, createWorkspace } from '../support/hub.ts'

const hub = await createTestHub({ environment: { AUTH_FAILURES_PER_MINUTE: '100000' } })
const app = await createTestServer(hub)
const { apiKey, request } = await createWorkspace(hub)
const routes = routesOf(hub)
const named = (some: AnyRoute[]) => some.map(route => [`${route.method} ${route.url}`, route] as const)
const keyOf = (route: AnyRoute) => (route.access === 'admin' ? hub.config.adminKey : apiKey)
const guarded = routes.filter(route => route.access !== 'public')

/** Ids of the right form that name nothing. */
function addressOf(route: AnyRoute): string {
  return route.url.replace(/:(\w+)/g, (_, name: string) => (name === 'provider' ? 'nobody' : unknownId(name)))
}

function unknownId(name: string): string {
  const prefixes: Record<string, string> = {
    workspace: 'ws',
    apiKey: 'key',
    providerApp: 'app',
    connection: 'conn',
    sync: 'sync',
    syncRun: 'run',
    run: 'run',
    record: 'rec',
    inboundEvent: 'in',
    endpoint: 'ep',
    event: 'evt',
    delivery: 'dlv',
    replay: 'rpl',
    import: 'imp',
  }
  const prefix = prefixes[name.replace(/Id$/, '')]
  return prefix === undefined ? 'nothing' : `${prefix}_01kb3v9w8xf4s9hq2m7c5t6n0p`
}

describe.each(named(guarded))('%s', (_name, route) => {
  it('needs a key', async () => {
    const answer = await call(app, undefined, route.method, addressOf(route))
    expect([answer.status, answer.body.error.code]).toEqual([401, 'UNAUTHORIZED'])
  })

  it('needs its permission', async () => {
    if (route.access === 'admin') {
      expect((await call(app, apiKey, route.method, addressOf(route))).status).toBe(401)
      return
    }
    const others = permissions.filter(permission => permission !== route.access)
    const key = await request<{ secret: string }>('POST', '/v1/api-keys', { name: 'x', permissions: others })
    const answer = await call(app, key.body.secret, route.method, addressOf(route))
    expect([answer.status, answer.body.error.details]).toEqual([403, { permission: route.access }])
  })
})

// Whose something is is the caller's own word: nobody has to be there.
const found = guarded.filter(({ url, body }) => url.includes(':') && !url.includes(':ownerId') && !body)
describe.each(named(found))('%s', (_name, route) => {
  it('does not find what is not there', async () => {
    const answer = await call(app, keyOf(route), route.method, addressOf(route))
    expect(answer.status).toBe(404)
    expect(answer.body.error.code).toMatch(/_NOT_FOUND$/)
  })
})

describe.each(named(guarded.filter(({ body }) => body)))('%s', (_name, route) => {
  it('refuses a body with unknown fields, and one that is no object', async () => {
    for (const body of [{ surplus: 1 }, [], 'text', 7]) {
      const answer = await call(app, keyOf(route), route.method, addressOf(route), body)
      expect([answer.status, answer.body.error.code]).toEqual([400, 'INVALID_REQUEST'])
    }
    const { body } = await call(app, keyOf(route), route.method, addressOf(route), { surplus: 1 })
    expect(JSON.stringify(body.error.details)).toContain('surplus')
  })
})

describe.each(named(guarded.filter(({ method }) => method === 'GET')))('%s', (_name, route) => {
  it('refuses unknown query parameters', async () => {
    const answer = await call(app, keyOf(route), 'GET', `${addressOf(route)}?surplus=1`)
    expect([answer.status, answer.body.error.code]).toEqual([400, 'INVALID_REQUEST'])
  })
})

describe('creating POSTs', () => {
  it('take an Idempotency-Key', () => {
    const creating = routes.filter(
      ({ method, status, url }) => method === 'POST' && (status === 201 || url === '/v1/events'),
    )
    expect(creating.filter(route => route.idempotent !== true).map(({ url }) => url)).toEqual([])
  })
})
