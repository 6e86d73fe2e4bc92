import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { HubError } from '../../src/errors.ts'
import { route, type AnyRoute } from '../../src/http/route.ts'
import { createServer } from '../../src/http/server.ts'
import { startWorkflow } from '../../src/temporal/start.ts'
import { startCutProxy } from '../support/cut-proxy.ts'
import { call, createTestHub, createWorkspace, environmentOf } from '../support/hub.ts'

const hub = await createTestHub()
const workspace = await createWorkspace(hub)
const servers: FastifyInstance[] = []
afterAll(() => Promise.all(servers.map(server => server.close())))

const common = { tag: 'Test', summary: 'Test', access: 'public', url: '/v1/test', reply: z.unknown() } as const

async function serverOf(one: AnyRoute, of = hub): Promise<FastifyInstance> {
  const server = await createServer(of, [one])
  servers.push(server)
  return server
}

describe('a declared route', () => {
  it('gives its handler parsed values, with defaults', async () => {
    const seen: unknown[] = []
    const server = await serverOf(
      route({
        ...common,
        method: 'POST',
        url: '/v1/test/:size',
        params: z.strictObject({ size: z.coerce.number() }),
        query: z.strictObject({ full: z.stringbool().default(true) }),
        body: z.strictObject({ name: z.string().trim() }),
        async handler({ params, query, body }) {
          seen.push(params, query, body)
        },
      }),
    )
    await call(server, undefined, 'POST', '/v1/test/7', { name: ' x ' })
    expect(seen).toEqual([{ size: 7 }, { full: true }, { name: 'x' }])
  })

  it('answers nothing that its schema does not name', async () => {
    const reply = z.strictObject({ id: z.string() })
    const row = { id: 'x', secret: 'canary' }
    const server = await serverOf(route({ ...common, method: 'GET', reply, handler: async () => row }))
    const answer = await call(server, undefined, 'GET', '/v1/test')
    expect([answer.status, answer.body.error.code]).toEqual([500, 'INTERNAL'])
    expect(JSON.stringify(answer.body)).not.toContain('canary')
  })

  it('without a body schema takes no body but an empty one', async () => {
    const server = await serverOf(route({ ...common, method: 'POST', status: 204, handler: async () => undefined }))
    for (const body of [undefined, '', {}]) {
      expect((await call(server, undefined, 'POST', '/v1/test', body)).status).toBe(204)
    }
    expect((await call(server, undefined, 'POST', '/v1/test', { a: 1 })).body.error.code).toBe('INVALID_REQUEST')
  })

  it('has a body limit of its own', async () => {
    const body = z.strictObject({ text: z.string() })
    const server = await serverOf(route({ ...common, method: 'POST', body, bodyLimit: 100, handler: async () => null }))
    expect((await call(server, undefined, 'POST', '/v1/test', { text: 'x' })).status).toBe(200)
    const large = await call(server, undefined, 'POST', '/v1/test', { text: 'x'.repeat(100) })
    expect([large.status, large.body.error.code]).toEqual([413, 'BODY_TOO_LARGE'])
  })

  it('tells the wait of an error in whole seconds', async () => {
    const error = new HubError('RATE_LIMITED', { retryAfterMs: 1_200, details: { limit: 5 } })
    const server = await serverOf(route({ ...common, method: 'GET', handler: () => Promise.reject(error) }))
    const answer = await call(server, undefined, 'GET', '/v1/test')
    expect([answer.status, answer.headers['retry-after']]).toEqual([429, '2'])
    expect(answer.body.error.details).toEqual({ limit: 5 })
  })

  it('has no say over what an unexpected error tells', async () => {
    const error = Object.assign(new TypeError('canary'), { statusCode: 418, code: 'ECANARY' })
    const server = await serverOf(route({ ...common, method: 'GET', handler: () => Promise.reject(error) }))
    const answer = await call(server, undefined, 'GET', '/v1/test')
    expect([answer.status, answer.body.error.code]).toEqual([500, 'INTERNAL'])
    expect(JSON.stringify(answer.body)).not.toContain('canary')
  })
})

describe('a server that closes', () => {
  it('answers what is under way first', async () => {
    let started: () => void = () => undefined
    const underWay = new Promise<void>(resolve => (started = resolve))
    const server = await serverOf(
      route({
        ...common,
        method: 'GET',
        async handler() {
          started()
          await new Promise(resolve => setTimeout(resolve, 300))
          return 'done'
        },
      }),
    )
    const url = await server.listen({ port: 0, host: '127.0.0.1' })
    const answer = fetch(`${url}/v1/test`)
    await underWay
    await server.close()
    expect(await (await answer).json()).toBe('done')
    await expect(fetch(`${url}/v1/test`)).rejects.toThrow()
  })
})

describe('with Temporal away', () => {
  it('a call that needs it says so, and works when it is back', async () => {
    const [host, port] = hub.config.temporal.address.split(':')
    const proxy = await startCutProxy({ host: host!, port: Number(port) })
    const behind = await createTestHub({ beside: hub, environment: { TEMPORAL_ADDRESS: `127.0.0.1:${proxy.port}` } })
    const server = await serverOf(
      route({
        ...common,
        method: 'POST',
        status: 202,
        async handler() {
          const start = { name: 'reconcile', workflowId: 'test', input: {}, searchAttributes: [], summary: 'Test' }
          await startWorkflow(behind.temporal, start, 2_000)
        },
      }),
      behind,
    )
    const start = () => call(server, undefined, 'POST', '/v1/test')
    expect((await start()).status).toBe(202)
    await proxy.cut()
    const answer = await start()
    expect([answer.status, answer.body.error.code]).toEqual([503, 'TEMPORAL_UNAVAILABLE'])
    expect(answer.headers['retry-after']).toBe('1')
    await proxy.restore()
    let status = 0
    for (let turn = 0; status !== 202 && turn < 30; turn++) status = (await start()).status
    expect(status).toBe(202)
    await proxy.cut()
  })
})

describe('with Postgres away', () => {
  it('calls say so, and work when it is back', async () => {
    const url = new URL(environmentOf(hub).DATABASE_URL!)
    const proxy = await startCutProxy({ host: url.hostname, port: Number(url.port) })
    url.port = String(proxy.port)
    const behind = await createTestHub({ beside: hub, environment: { DATABASE_URL: url.href } })
    const server = await createServer(behind)
    servers.push(server)
    const list = () => call(server, workspace.apiKey, 'GET', '/v1/api-keys')
    expect((await list()).status).toBe(200)
    await proxy.cut()
    for (let turn = 0; turn < 3; turn++) {
      const answer = await list()
      expect([answer.status, answer.body.error.code]).toEqual([503, 'DATABASE_UNAVAILABLE'])
    }
    expect((await call(server, undefined, 'GET', '/ready')).status).toBe(503)
    await proxy.restore()
    expect((await list()).status).toBe(200)
    expect((await call(server, undefined, 'GET', '/ready')).status).toBe(200)
    await proxy.cut()
  })
})
