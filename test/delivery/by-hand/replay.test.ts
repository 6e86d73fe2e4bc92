import { setTimeout as sleep } from 'node:timers/promises'
import { replayWorkflowId } from '../../../src/delivery/contract.ts'
import { reconcileDelivery } from '../../../src/delivery/reconcile.ts'
import { createDeliveringHub, createEndpoint, deliveriesOf, startTestReceiver, until } from '../../support/delivery.ts'
import { call, createTestHub, createTestServer, createWorkspace, type TestWorkspace } from '../../support/hub.ts'
import { startTestWorkers } from '../../support/workers.ts'
import {
  hourAgo,
  inState,
  publishMany,
  replayOf,
  replayPolicy,
  startReplay,
  withCancelled,
  type ShownReplay,
} from './replays.ts'

const hub = await createDeliveringHub({ deliveryPolicy: replayPolicy })
await startTestWorkers(hub, ['workflows'])
const receiver = await startTestReceiver()

// Another process, for which Temporal is away.
const cutOff = await createTestHub({
  beside: hub,
  deliveryPolicy: replayPolicy,
  environment: { TEMPORAL_ADDRESS: '127.0.0.1:9' },
})
const cutOffApp = await createTestServer(cutOff)
const withoutTemporal = (workspace: TestWorkspace, url: string, body?: unknown) =>
  call<ShownReplay>(cutOffApp, workspace.apiKey, 'POST', url, body)

const cancelled = { statuses: ['cancelled'] }
const ask = (workspace: TestWorkspace, id: string, what: string) =>
  workspace.request<ShownReplay>('POST', `/v1/replays/${id}/${what}`)

async function workflowOf(id: string) {
  const handle = hub.temporal.workflow.getHandle(replayWorkflowId(id))
  const { currentDetails } = await handle.query<{ currentDetails: string }>('__temporal_workflow_metadata')
  const { typedSearchAttributes, status } = await handle.describe()
  return { details: currentDetails, attributes: JSON.stringify(typedSearchAttributes), status: status.name }
}

describe('a replay', () => {
  it('sends a range again, all of it once, and tells how far it is', async () => {
    const hook = receiver.hook('range')
    const { workspace, endpoint, resume } = await withCancelled(hub, hook.url, 330)
    await resume()
    const { id, state } = await startReplay(workspace, { endpointId: endpoint.id, ...cancelled })
    expect(state).toBe('requested')
    expect(await inState(workspace, id, 'finished')).toMatchObject({ lookedAt: 330, queued: 330, skipped: 0 })
    await until(() => hook.summary().distinct === 330)
    await until(async () => (await deliveriesOf(workspace, '?status=cancelled')).length === 0)
    expect(hook.summary().total).toBe(330)
    await until(async () => (await workflowOf(id)).status === 'COMPLETED')
    const { details, attributes } = await workflowOf(id)
    expect(details).toBe('Finished: 330 of the deliveries looked at, 330 queued again.')
    expect(attributes).toContain(endpoint.id)
    const audit = await workspace.request('GET', `/v1/audit-log?subjectId=${id}`)
    expect(audit.body.data.map(entry => entry['action'])).toEqual(['replay.created'])
  })

  it('takes only what its filter says, and skips what has no payload any more', async () => {
    const hook = receiver.hook('filtered')
    const workspace = await createWorkspace(hub)
    const endpoint = await createEndpoint(workspace, hook.url)
    const other = await createEndpoint(workspace, receiver.hook('filtered-other').url)
    for (const { id } of [endpoint, other]) await workspace.request('POST', `/v1/endpoints/${id}/pause`)
    await publishMany(workspace, 3, 'invoice.paid')
    await sleep(5)
    const from = new Date().toISOString()
    const wanted = await publishMany(workspace, 4, 'invoice.sent')
    await publishMany(workspace, 5, 'order.made')
    await sleep(5)
    const to = new Date().toISOString()
    await sleep(5)
    await publishMany(workspace, 6, 'invoice.sent')
    for (const { id } of [endpoint, other]) {
      await workspace.request('POST', '/v1/deliveries/cancel', { endpointId: id })
      await workspace.request('POST', `/v1/endpoints/${id}/resume`)
    }
    await workspace.request('DELETE', `/v1/events/${wanted[0]}/payload`)
    const range = { endpointId: endpoint.id, from, to, type: 'invoice.*' }
    const none = await startReplay(workspace, range)
    expect(await inState(workspace, none.id, 'finished')).toMatchObject({ lookedAt: 0, queued: 0 })
    const { id } = await startReplay(workspace, { ...range, statuses: ['cancelled', 'failed'] })
    expect(await inState(workspace, id, 'finished')).toMatchObject({ lookedAt: 9, queued: 3, skipped: 1 })
    await until(() => hook.summary().total === 3)
    expect(new Set(hook.arrivals().map(arrival => arrival.id))).toEqual(new Set(wanted.slice(1)))
    const rest = await startReplay(workspace, { from: hourAgo(), statuses: ['delivered', 'cancelled'] })
    expect(await inState(workspace, rest.id, 'finished')).toMatchObject({ lookedAt: 36, queued: 34, skipped: 2 })
    await until(() => hook.summary().total === 20)
  })

  it('waits while its endpoint has enough waiting, is paused and resumed, and sends everything once', async () => {
    const hook = receiver.hook('paused')
    const { workspace, endpoint, resume } = await withCancelled(hub, hook.url, 600)
    const { id } = await startReplay(workspace, { endpointId: endpoint.id, ...cancelled })
    await until(async () => (await workflowOf(id)).details.includes('has enough waiting'))
    expect(await replayOf(workspace, id)).toMatchObject({ state: 'running', lookedAt: 200, queued: 200 })
    expect((await ask(workspace, id, 'pause')).body.state).toBe('paused')
    await until(async () => (await workflowOf(id)).attributes.includes('held'))
    expect((await workflowOf(id)).details).toContain('Paused: 200 of the deliveries looked at, 200 queued again; at 20')
    await resume()
    await until(() => hook.summary().total === 200)
    await sleep(500)
    expect(await replayOf(workspace, id)).toMatchObject({ state: 'paused', queued: 200 })
    expect((await ask(workspace, id, 'pause')).status).toBe(200)
    expect((await ask(workspace, id, 'resume')).body.state).toBe('running')
    expect(await inState(workspace, id, 'finished')).toMatchObject({ lookedAt: 600, queued: 600 })
    await until(() => hook.summary().total === 600)
    expect(hook.summary().distinct).toBe(600)
    await until(async () => (await workflowOf(id)).attributes.includes('none'))
    const late = await ask(workspace, id, 'resume')
    expect([late.status, (late.body as unknown as { error: { code: string } }).error.code]).toEqual([409, 'CONFLICT'])
  })

  it('ends when it is cancelled, by the API or in the Temporal UI; what it queued stays queued', async () => {
    const hook = receiver.hook('cancelled')
    const { workspace, endpoint } = await withCancelled(hub, hook.url, 400)
    const { id } = await startReplay(workspace, { endpointId: endpoint.id, ...cancelled })
    await until(async () => (await replayOf(workspace, id)).queued >= 200)
    expect((await ask(workspace, id, 'cancel')).body).toMatchObject({ state: 'cancelled', queued: 200 })
    await until(async () => (await workflowOf(id)).status === 'COMPLETED')
    const second = await startReplay(workspace, { endpointId: endpoint.id, ...cancelled })
    await until(async () => (await replayOf(workspace, second.id)).state === 'running')
    await hub.temporal.workflow.getHandle(replayWorkflowId(second.id)).cancel()
    await inState(workspace, second.id, 'cancelled')
    expect((await deliveriesOf(workspace, '?status=held&limit=100')).length).toBe(100)
  })

  it('passes by an endpoint in trouble that has enough waiting, when it is of all endpoints', async () => {
    const hook = receiver.hook('beside')
    const { workspace, endpoint } = await withCancelled(hub, receiver.hook('stuck').url, 400)
    const beside = await createEndpoint(workspace, hook.url)
    await workspace.request('POST', `/v1/endpoints/${beside.id}/pause`)
    await publishMany(workspace, 100)
    await workspace.request('POST', '/v1/deliveries/cancel', { endpointId: beside.id })
    await workspace.request('POST', '/v1/deliveries/cancel', { endpointId: endpoint.id })
    await workspace.request('POST', `/v1/endpoints/${beside.id}/resume`)
    const { id } = await startReplay(workspace, cancelled)
    const done = await inState(workspace, id, 'finished')
    expect(done).toMatchObject({ lookedAt: 600, queued: 300, skipped: 300 })
    await until(() => hook.summary().total === 100)
  })

  it('is not for another workspace, nor for a disabled endpoint', async () => {
    const { workspace, endpoint } = await withCancelled(hub, receiver.hook('mine').url, 1)
    const other = await createWorkspace(hub)
    const { id } = await startReplay(workspace, { endpointId: endpoint.id, ...cancelled })
    for (const [method, url] of [
      ['GET', `/v1/replays/${id}`],
      ['POST', `/v1/replays/${id}/pause`],
      ['POST', `/v1/replays/${id}/cancel`],
    ] as const) {
      expect((await other.request(method, url)).body.error.code).toBe('REPLAY_NOT_FOUND')
    }
    const foreign = { endpointId: endpoint.id, from: hourAgo() }
    expect((await other.request('POST', '/v1/replays', foreign)).body.error.code).toBe('ENDPOINT_NOT_FOUND')
    expect((await other.request('GET', '/v1/replays')).body.data).toEqual([])
    const all = await startReplay(other, { statuses: ['failed', 'delivered', 'cancelled'] })
    expect(await inState(other, all.id, 'finished')).toMatchObject({ lookedAt: 0, queued: 0 })
    expect((await workspace.request('GET', '/v1/replays')).body.data.map(one => one['id'])).toEqual([id])
    await workspace.request('POST', `/v1/endpoints/${endpoint.id}/disable`)
    expect((await workspace.request('POST', '/v1/replays', foreign)).body.error.code).toBe('CONFLICT')
    for (const body of [
      { from: new Date(Date.now() + 1e6).toISOString() },
      { ...foreign, type: 'a..b' },
      { missed: true },
    ]) {
      const answer = await workspace.request('POST', '/v1/replays', { from: hourAgo(), ...body })
      expect([answer.status >= 400, answer.status < 500]).toEqual([true, true])
    }
  })
})

describe('without Temporal', () => {
  const overdue = (id: string) =>
    hub.pool.query(`update replays set reconcile_at = now() - interval '1 second' where id = $1`, [id])

  it('a replay is accepted, and started by reconcile', async () => {
    const hook = receiver.hook('accepted')
    const { workspace, endpoint, resume } = await withCancelled(hub, hook.url, 60)
    await resume()
    const body = { endpointId: endpoint.id, from: hourAgo(), ...cancelled }
    const answer = await withoutTemporal(workspace, '/v1/replays', body)
    expect([answer.status, answer.body.state]).toEqual([202, 'requested'])
    await reconcileDelivery(hub, 100)
    await sleep(300)
    expect((await replayOf(workspace, answer.body.id)).state).toBe('requested')
    await overdue(answer.body.id)
    await reconcileDelivery(hub, 100)
    await inState(workspace, answer.body.id, 'finished')
    await until(() => hook.summary().total === 60)
  })

  it('it is paused and resumed by its row, and reconcile tells its workflow', async () => {
    const hook = receiver.hook('told')
    const { workspace, endpoint, resume } = await withCancelled(hub, hook.url, 300)
    const { id } = await startReplay(workspace, { endpointId: endpoint.id, ...cancelled })
    await until(async () => (await workflowOf(id)).details.includes('has enough waiting'))
    expect((await withoutTemporal(workspace, `/v1/replays/${id}/pause`)).body.state).toBe('paused')
    await until(async () => (await workflowOf(id)).attributes.includes('held'))
    await resume()
    expect((await withoutTemporal(workspace, `/v1/replays/${id}/resume`)).body.state).toBe('running')
    await sleep(500)
    expect((await workflowOf(id)).details).toContain('Paused')
    await overdue(id)
    await reconcileDelivery(hub, 100)
    expect(await inState(workspace, id, 'finished')).toMatchObject({ queued: 300 })
    await until(() => hook.summary().distinct === 300)
  })
})
