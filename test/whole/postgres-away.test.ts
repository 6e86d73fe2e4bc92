import { setTimeout as sleep } from 'node:timers/promises'
import type { StackProcess } from '../../dev/stack.ts'
import type { TestWorkspace } from '../support/hub.ts'
import { createHook, startPublisher, type Publisher } from './publisher.ts'
import { connectCompany } from './quickbooks.ts'
import { call, eventually, isReady, readiness, startRunning, type Running } from './running.ts'

// Postgres is killed, as a power cut would, while the product publishes, delivers and syncs; three seconds later it is started
// again. The tests tell one story, in their order.

const customers = 3_000
const outageMs = 3_000

let running: Running
let workspace: TestWorkspace
let publisher: Publisher
let endpoint: Awaited<ReturnType<typeof createHook>>
let sync: { id: string; runId: string }
let late: { api: StackProcess; url: string }

beforeAll(async () => {
  running = await startRunning({ customers })
  const { sandbox, receiver } = running.stack
  workspace = await running.createWorkspace()
  endpoint = await createHook(workspace, receiver, 'invoice.paid')
  const { connection } = await connectCompany(workspace, sandbox, '1000001')

  // The middle of a sync: its first page is there, the others are slow to come.
  await sandbox.control.addFault({ platform: 'quickbooks', path: '/v3/', kind: 'slow', delayMs: 700 })
  const made = await workspace.request('POST', '/v1/syncs', {
    ...{ connectionId: connection.id, model: 'customers', direction: 'pull' },
  })
  expect(made.status).toBe(201)
  const run = await workspace.request('POST', `/v1/syncs/${made.body.id}/runs`)
  sync = { id: made.body.id, runId: run.body.id }
  publisher = startPublisher(workspace, 'invoice.paid')
  await eventually('the middle of everything', async () => {
    const { body } = await workspace.request('GET', '/v1/records?collection=customers&limit=1')
    return body.data.length > 0 && endpoint.arrived().size > 100
  })
  await running.stack.postgres.kill()
})

it('refuses what needs Postgres, clearly and at once, and says what is away', async () => {
  const answer = await workspace.request('GET', '/v1/endpoints')
  expect(answer.status).toBe(503)
  expect(answer.body.error).toMatchObject({
    code: 'DATABASE_UNAVAILABLE',
    requestId: answer.headers['x-request-id'],
  })
  expect(answer.body.error.message).toMatch(/\w+ .*\.$/)
  expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
  const refused = await workspace.request('POST', '/v1/events', { type: 'invoice.paid', data: {} })
  expect([refused.status, refused.body.error.code]).toEqual([503, 'DATABASE_UNAVAILABLE'])

  const ready = await readiness(running.apiUrl)
  expect(ready).toEqual({ http: 503, status: 'down', failed: ['postgres', 'migrations', 'deliveries'] })
  expect(await call(`${running.apiUrl}/health`, undefined)).toMatchObject({ status: 200, body: { status: 'ok' } })
})

it('starts an API while Postgres is away, which refuses in the same way', async () => {
  late = await running.startApi('api-late')
  await isReady(late.url, 'down')
  const answer = await call(`${late.url}/v1/endpoints`, workspace.apiKey)
  expect([answer.status, answer.body.error.code]).toEqual([503, 'DATABASE_UNAVAILABLE'])
})

it('works again by itself when Postgres is back', async () => {
  const { api, worker, stack } = running
  const pids = [api.pid, worker.pid]
  await sleep(outageMs)
  const before = publisher.accepted.size
  await stack.postgres.start()
  await isReady(running.apiUrl, 'ready', 15_000, [api])
  await isReady(late.url, 'ready', 15_000, [late.api])
  expect((await call(`${late.url}/v1/endpoints`, workspace.apiKey)).status).toBe(200)
  await eventually('events to be accepted again', () => publisher.accepted.size > before + 50, { logsOf: [api] })
  expect(publisher.refusals.length).toBeGreaterThan(0)
  for (const { status, body } of publisher.refusals) {
    expect([status, body.error.code]).toEqual([503, 'DATABASE_UNAVAILABLE'])
  }
  expect([api.running, api.pid, worker.running, worker.pid]).toEqual([true, pids[0], true, pids[1]])
})

it('delivers every accepted event, under one webhook-id however often it was sent', async () => {
  await publisher.stop()
  await eventually('all accepted events to arrive', () => endpoint.arrived().size >= publisher.accepted.size, {
    withinMs: 30_000,
    logsOf: [running.worker],
  })
  // One that was committed but not answered was published again by its client, and is the same one.
  expect([...endpoint.arrived()].sort()).toEqual([...publisher.accepted].sort())
  expect(endpoint.hook.summary()).toMatchObject({ unverified: 0 })
})

it('finishes the sync that was cut, with every row once', async () => {
  await running.stack.sandbox.control.clearFaults()
  const run = await eventually(
    'the run to end',
    async () => {
      const { body } = await workspace.request('GET', `/v1/syncs/${sync.id}/runs/${sync.runId}`)
      return body.status !== 'running' && body.status !== 'requested' && body
    },
    { withinMs: 40_000, logsOf: [running.worker] },
  )
  expect(run).toMatchObject({ status: 'succeeded', errorCode: null })
  const ids = new Set<string>()
  for (let cursor = ''; ;) {
    const path = `/v1/records?collection=customers&limit=1000${cursor === '' ? '' : `&cursor=${cursor}`}`
    const { body } = await workspace.request('GET', path)
    for (const { id } of body.data) ids.add(id as string)
    if (body.nextCursor === null) break
    cursor = body.nextCursor
  }
  expect(ids.size).toBe(customers)
  expect(run.counts).toMatchObject({ created: customers })
})
