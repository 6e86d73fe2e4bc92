import { setTimeout as sleep } from 'node:timers/promises'
import { visitAsPerson } from '../../dev/browser.ts'
import type { StackProcess } from '../../dev/stack.ts'
import { createApp, type Connecting } from '../connections/accounts.ts'
import type { TestWorkspace } from '../support/hub.ts'
import { createHook, startPublisher, type Publisher } from './publisher.ts'
import { beginConnecting, connectCompany, connectionOf } from './quickbooks.ts'
import { call, eventually, isReady, readiness, startRunning, workspaceAt, type Running } from './running.ts'

// Temporal is killed while the product publishes and delivers, and started again later. What was asked for meanwhile waits in its
// rows; so does what another API process committed just before it died. The tests tell one story, in their order.

const outageMs = 3_000
/** The schedule's minute, the ten seconds for which a row is left to its own process, and the work itself. */
const reconciledWithinMs = 60_000 + 10_000 + 20_000
const closedPort = '127.0.0.1:1'

let running: Running
let workspace: TestWorkspace
let publisher: Publisher
let endpoint: Awaited<ReturnType<typeof createHook>>
let appId: string
/** Asked of the API that outlives the outage, and of one that is killed right after its commits. */
let [begun, orphan]: (Connecting | undefined)[] = []
let disconnecting: string
let sync: { id: string; runId: string }
let late: { worker: StackProcess; url: string }
let startedAgainAtMs: number

beforeAll(async () => {
  running = await startRunning()
  const { sandbox, receiver, temporal } = running.stack
  workspace = await running.createWorkspace()
  endpoint = await createHook(workspace, receiver, 'invoice.paid')
  const first = await connectCompany(workspace, sandbox, '1000001')
  appId = first.appId
  const second = await connectCompany(workspace, sandbox, '1000002')
  disconnecting = second.connection.id
  const made = await workspace.request('POST', '/v1/syncs', {
    ...{ connectionId: first.connection.id, model: 'customers', direction: 'pull' },
  })
  sync = { id: made.body.id, runId: '' }
  // Its workflow waits for the person when Temporal dies.
  begun = await beginConnecting(workspace, appId)
  publisher = startPublisher(workspace, 'invoice.paid')
  await eventually('deliveries', () => endpoint.arrived().size > 100)
  await temporal.kill()
})

it('is degraded, not down, and names what is away', async () => {
  expect(await readiness(running.apiUrl)).toEqual({ http: 200, status: 'degraded', failed: ['temporal'] })
  const { status } = await call(`${running.apiUrl}/health`, undefined)
  expect(status).toBe(200)
})

it('goes on publishing, reading and writing', async () => {
  const before = publisher.accepted.size
  await eventually('events to be accepted', () => publisher.accepted.size > before + 50)
  expect(publisher.refusals).toEqual([])
  const record = await workspace.request('POST', '/v1/records', {
    ...{ collection: 'customers', data: { displayName: 'Made meanwhile' } },
  })
  expect(record.status).toBe(201)
  expect((await workspace.request('GET', `/v1/records/${record.body.id}`)).status).toBe(200)
  expect((await workspace.request('GET', '/v1/connections')).body.data).toHaveLength(3)
})

it('takes what needs a workflow, and lets it wait in its row', async () => {
  const { sandbox } = running.stack
  const dying = await running.startApi('api-dying', { TEMPORAL_ADDRESS: closedPort })
  await isReady(dying.url, 'degraded')
  const throughDying = workspaceAt(dying.url, workspace.workspaceId, workspace.apiKey)
  const [visit, left] = await Promise.all([
    visitAsPerson(begun!.authorizationUrl, { account: '1000003' }),
    connectThrough(throughDying, '1000004'),
    workspace.request('POST', `/v1/syncs/${sync.id}/runs`).then(({ status, body }) => {
      expect(status).toBe(202)
      sync.runId = body.id
    }),
    throughDying.request('DELETE', `/v1/connections/${disconnecting}`).then(({ status, body }) => {
      expect([status, body.status]).toEqual([202, 'disconnecting'])
    }),
  ])
  orphan = left
  const webhookSecret = 'the secret of the app at GitHub'
  const github = await createApp(throughDying, sandbox.url, 'github', { webhookSecret })
  const url = `${dying.url}/webhooks/github/${github}`
  const sent = await sandbox.control.sendWebhook({ platform: 'github', event: 'push', url, secret: webhookSecret })
  expect(sent.status).toBeLessThan(300)
  await dying.api.kill()

  expect(visit.response?.status).toBe(202)
  expect(await visit.response?.text()).toContain('goes on by itself')
  const { body } = await workspace.request('GET', `/v1/connect-attempts/${begun!.attemptId}`)
  expect(body.status).toBe('code_received')
  expect((await connectionOf(workspace, begun!.connection.id)).status).toBe('pending')

  async function connectThrough(through: TestWorkspace, account: string): Promise<Connecting> {
    const connecting = await beginConnecting(through, await createApp(through, sandbox.url, 'quickbooks'))
    await visitAsPerson(connecting.authorizationUrl, { account })
    return connecting
  }
})

it('starts a worker while Temporal is away, which is ready when Temporal is', async () => {
  const { stack, apiUrl, api } = running
  // Only deliveries: everything else is left to the worker that saw Temporal go.
  late = await running.startWorker('worker-late', { WORKER_TASK_QUEUES: 'delivery' })
  await isReady(late.url, 'down')
  await sleep(outageMs)
  expect((await readiness(late.url))?.http).toBe(503)
  startedAgainAtMs = Date.now()
  await stack.temporal.start()
  await isReady(late.url, 'ready', 30_000, [late.worker])
  await isReady(apiUrl, 'ready', 15_000, [api])
  await late.worker.stop()
  expect(await late.worker.exited).toBe(0)
})

it('delivers every event that was accepted before, during and after', async () => {
  const before = endpoint.arrived().size
  await eventually('deliveries by the worker that saw Temporal go', () => endpoint.arrived().size > before + 50)
  await publisher.stop()
  expect(publisher.refusals).toEqual([])
  await eventually('all accepted events to arrive', () => endpoint.arrived().size >= publisher.accepted.size, {
    ...{ withinMs: 60_000, logsOf: [running.worker] },
  })
  expect([...endpoint.arrived()].sort()).toEqual([...publisher.accepted].sort())
})

it(
  'starts what was left unstarted within a minute, by the worker that saw Temporal go',
  async () => {
    const { worker } = running
    const options = { withinMs: reconciledWithinMs - (Date.now() - startedAgainAtMs), logsOf: [worker] }
    const connected = async (connecting: Connecting | undefined, account: string) => {
      const { status, externalAccountId } = await connectionOf(workspace, connecting!.connection.id)
      return status === 'connected' && externalAccountId === account
    }
    await eventually(
      'the connection whose callback came while Temporal was away',
      () => connected(begun, '1000003'),
      options,
    )
    await eventually('the connection that a dying process left', () => connected(orphan, '1000004'), options)
    await eventually(
      'the sync run',
      async () => {
        const { body } = await workspace.request('GET', `/v1/syncs/${sync.id}/runs/${sync.runId}`)
        return body.status === 'succeeded'
      },
      options,
    )
    await eventually(
      'the disconnection',
      async () => (await connectionOf(workspace, disconnecting)).status === 'disconnected',
      options,
    )
    await eventually(
      'the webhook to be routed',
      async () => {
        const { body } = await workspace.request('GET', '/v1/inbound-events?provider=github')
        expect(body.data).toHaveLength(1)
        return body.data[0]?.status !== 'received'
      },
      options,
    )
    expect(worker.running).toBe(true)
  },
  reconciledWithinMs + 10_000,
)
