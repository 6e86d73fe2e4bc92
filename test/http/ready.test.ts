import type { Readiness } from '../../src/http/health.ts'
import { createEmptyDatabase } from '../support/database.ts'
import { call, createTestHub, createTestServer, createWorkspace, type TestEnvironment } from '../support/hub.ts'

const hub = await createTestHub()
const app = await createTestServer(hub)
const workspace = await createWorkspace(hub)
const nowhere = '127.0.0.1:1'

async function serverWith(environment: TestEnvironment) {
  return createTestServer(await createTestHub({ beside: hub, environment }))
}
const ready = (server: typeof app) => call<Readiness>(server, undefined, 'GET', '/ready')

describe('/health', () => {
  it('answers whatever else is down', async () => {
    const server = await serverWith({ DATABASE_URL: `postgres://x:y@${nowhere}/z`, TEMPORAL_ADDRESS: nowhere })
    expect((await call(server, undefined, 'GET', '/health')).body).toEqual({ status: 'ok' })
  })
})

describe('/ready', () => {
  it('is ready with everything there', async () => {
    const { status, body } = await ready(app)
    expect(status).toBe(200)
    expect(body).toMatchObject({
      status: 'ready',
      checks: { postgres: { status: 'ok' }, migrations: { status: 'ok' }, temporal: { status: 'ok' } },
    })
  })

  it('is degraded without Temporal, and what needs only Postgres works', async () => {
    const server = await serverWith({ TEMPORAL_ADDRESS: nowhere })
    const { status, body } = await ready(server)
    expect([status, body.status, body.checks.temporal.status]).toEqual([200, 'degraded', 'failed'])
    expect(body.checks.temporal.tookMs).toBeLessThan(3_000)
    expect((await call(server, workspace.apiKey, 'POST', '/v1/api-keys', { name: 'x' })).status).toBe(201)
  })

  it('is degraded without the namespace', async () => {
    const { status, body } = await ready(await serverWith({ TEMPORAL_NAMESPACE: 'no-such-namespace' }))
    expect([status, body.status]).toEqual([200, 'degraded'])
  })

  it('is down without Postgres, and calls say so', async () => {
    const server = await serverWith({ DATABASE_URL: `postgres://x:y@${nowhere}/z` })
    const { status, body, headers } = await ready(server)
    expect([status, body.status, body.checks.postgres.status]).toEqual([503, 'down', 'failed'])
    // The form of every answer that is not a success.
    expect(body).toMatchObject({ error: { code: 'DATABASE_UNAVAILABLE', requestId: headers['x-request-id'] } })
    expect(body.checks.temporal.status).toBe('ok')
    const answer = await call(server, workspace.apiKey, 'GET', '/v1/api-keys')
    expect([answer.status, answer.body.error.code]).toEqual([503, 'DATABASE_UNAVAILABLE'])
    expect(answer.headers['retry-after']).toBe('1')
    expect(JSON.stringify(answer.body)).not.toContain(nowhere)
  })

  it('is down, within its time, with a Postgres that does not answer', async () => {
    const { createServer } = await import('node:net')
    const silent = createServer(() => undefined).listen(0, '127.0.0.1')
    const address = silent.address()
    const port = typeof address === 'object' ? address?.port : undefined
    const server = await serverWith({ DATABASE_URL: `postgres://x:y@127.0.0.1:${port}/z` })
    const startedAt = Date.now()
    expect((await ready(server)).status).toBe(503)
    expect(Date.now() - startedAt).toBeLessThan(3_000)
    silent.close()
  })

  it('is down before the migrations', async () => {
    const empty = await createEmptyDatabase()
    const server = await serverWith({ DATABASE_URL: empty.url })
    const { status, body } = await ready(server)
    expect([status, body.checks.postgres.status, body.checks.migrations.status]).toEqual([503, 'ok', 'failed'])
    await server.close()
    await empty.drop()
  })
})
