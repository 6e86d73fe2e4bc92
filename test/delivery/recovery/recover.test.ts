import { setTimeout as sleep } from 'node:timers/promises'
import { recoverEndpointWorkflowId } from '../../../src/delivery/contract.ts'
import { stopDispatching } from '../../../src/delivery/dispatch/dispatching.ts'
import { reconcileDelivery } from '../../../src/delivery/reconcile.ts'
import { startDispatchSlots } from '../../../src/delivery/dispatch/slots.ts'
import {
  createEndpoint,
  createSubscriber,
  deliveriesOf,
  publish,
  quickPolicy,
  startAnsweringServer,
  startTestReceiver,
  until,
} from '../../support/delivery.ts'
import { createTestHub, createWorkspace, type TestWorkspace } from '../../support/hub.ts'
import { startTestWorkers } from '../../support/workers.ts'

const receiver = await startTestReceiver()
const deliveryPolicy = { ...quickPolicy, retryDelaysMs: [0, 300, 300, 300, 300, 300, 60_000], outageEndpoints: 10_000 }
const hub = await createTestHub({ deliveryPolicy })
await startTestWorkers(hub, ['workflows', 'delivery'])
await startDispatchSlots(hub)
afterAll(() => stopDispatching(hub))

const modeOf = async (workspace: TestWorkspace, endpointId: string) =>
  (await workspace.request('GET', `/v1/endpoints/${endpointId}`)).body['status']

async function fail(name: string, events: number, status = 503) {
  const subscriber = await createSubscriber(hub, receiver, name)
  subscriber.hook.answerWith(status)
  for (let n = 0; n < events; n++) await publish(subscriber.workspace, 'a.b', { n })
  await until(async () => (await modeOf(subscriber.workspace, subscriber.endpoint.id)) === 'recovering')
  return subscriber
}

let poisonOnly = false
const poisonable = await startAnsweringServer(({ body }, response) => {
  response.writeHead(poisonOnly && !body.includes('poison') ? 200 : 500).end()
})

describe('an endpoint in trouble', () => {
  it('gets a workflow of its own, and when it answers again everything that waited arrives', async () => {
    const { workspace, hook, endpoint } = await fail('recovering', 50)
    const later = await publish(workspace, 'a.b', { later: true })
    const [held] = await deliveriesOf(workspace, `?eventId=${later}`)
    expect(held!.status).toBe('held')
    const { body } = await workspace.request('GET', `/v1/deliveries/${held!.id}`)
    expect(body['waitsFor']).toMatchObject({ reason: 'endpoint_recovering' })
    expect((body['waitsFor'] as { until: string }).until).toMatch(/^\d{4}-/)
    const handle = hub.temporal.workflow.getHandle(recoverEndpointWorkflowId(endpoint.id))
    await until(async () => (await handle.describe()).status.name === 'RUNNING')
    const attributes = (await handle.describe()).typedSearchAttributes
    expect(JSON.stringify(attributes)).toContain(endpoint.id)
    expect(JSON.stringify(attributes)).toContain('retrying')
    hook.answerWith(200)
    await until(async () => (await modeOf(workspace, endpoint.id)) === 'open')
    await until(async () => (await deliveriesOf(workspace, '?status=delivered&limit=100')).length === 51)
    expect(hook.summary()).toMatchObject({ distinct: 51, unverified: 0 })
    await handle.result()
    expect(await deliveriesOf(workspace, '?status=held')).toEqual([])
  })

  it('sends what failed before its retry would have come', async () => {
    const { workspace, hook, endpoint } = await createSubscriber(hub, receiver, 'late-retries')
    await workspace.request('PATCH', `/v1/endpoints/${endpoint.id}`, { retryDelaysMs: [0, 3_600_000] })
    hook.answerWith(503)
    await until(async () => {
      await publish(workspace)
      return (await modeOf(workspace, endpoint.id)) === 'recovering'
    })
    const { distinct } = hook.summary()
    hook.answerWith(200)
    await until(async () => (await modeOf(workspace, endpoint.id)) === 'open')
    await until(async () => (await deliveriesOf(workspace, '?status=delivered&limit=100')).length >= distinct)
  })

  it('spends no attempts while it waits, and does not hold the others back', async () => {
    const { workspace, endpoint } = await fail('dead', 5)
    const others = await createSubscriber(hub, receiver, 'beside-dead')
    const at = Date.now()
    await publish(others.workspace)
    await until(() => others.hook.summary().total === 1)
    expect(Date.now() - at).toBeLessThan(400)
    await until(async () => (await deliveriesOf(workspace, '?status=held')).length === 5)
    const before = (await deliveriesOf(workspace)).map(one => one.attempts)
    await sleep(1_500)
    expect((await deliveriesOf(workspace)).map(one => one.attempts)).toEqual(before)
    await workspace.request('POST', `/v1/endpoints/${endpoint.id}/disable`)
    await until(async () => (await deliveriesOf(workspace, '?status=failed')).length === 5)
    const handle = hub.temporal.workflow.getHandle(recoverEndpointWorkflowId(endpoint.id))
    await until(async () => (await handle.describe()).status.name === 'COMPLETED')
  })

  it('is probed with another delivery each time, so that one poisonous payload does not keep it closed', async () => {
    const workspace = await createWorkspace(hub)
    const endpoint = await createEndpoint(workspace, poisonable)
    const poison = await publish(workspace, 'a.b', { poison: true })
    const innocent = await publish(workspace, 'a.b', {})
    await until(async () => (await modeOf(workspace, endpoint.id)) === 'recovering')
    poisonOnly = true
    await until(async () => (await modeOf(workspace, endpoint.id)) === 'open')
    expect((await deliveriesOf(workspace, `?eventId=${innocent}`))[0]!.status).toBe('delivered')
    // Alone it fails on, but whoever takes other events is not in trouble.
    for (let n = 0; n < 10; n++) {
      await publish(workspace)
      await sleep(150)
    }
    expect(await modeOf(workspace, endpoint.id)).toBe('open')
    expect((await deliveriesOf(workspace, `?eventId=${poison}`))[0]!.status).toBe('retrying')
  })

  it('is not one that only a single delivery fails at', async () => {
    const { workspace, hook, endpoint } = await createSubscriber(hub, receiver, 'single')
    hook.answerWith(500)
    const id = await publish(workspace)
    await until(async () => (await deliveriesOf(workspace, `?eventId=${id}`))[0]!.attempts >= 5)
    expect(await modeOf(workspace, endpoint.id)).toBe('open')
    await publish(workspace)
    await until(async () => (await modeOf(workspace, endpoint.id)) === 'recovering')
  })

  it('has its recovery started by reconcile when a crash left it unstarted', async () => {
    const { workspace, hook, endpoint } = await createSubscriber(hub, receiver, 'unstarted')
    await hub.pool.query(
      `update endpoints set mode = 'recovering', epoch = epoch + 1, next_probe_at = now() - interval '5 minutes',
       failing_since = now() - interval '5 minutes' where id = $1`,
      [endpoint.id],
    )
    await hub.pool.query('update delivery_settings set endpoints_version = endpoints_version + 1')
    await publish(workspace)
    expect(await reconcileDelivery(hub, 100)).toBeGreaterThan(0)
    await until(() => hook.summary().total === 1)
    await until(async () => (await modeOf(workspace, endpoint.id)) === 'open')
  })

  it('tells when it fails for long, and disables it in the end', async () => {
    const quick = await createTestHub({
      beside: hub,
      deliveryPolicy: { ...deliveryPolicy, failingAfterMs: 500, disableAfterMs: 3_000 },
    })
    const { assessRecovery, probeEndpoint } = await import('../../../src/delivery/recovery/recover.ts')
    const { workspace, endpoint } = await fail('failing', 3)
    const watcher = receiver.hook('failing-watcher')
    await createEndpoint(workspace, watcher.url, { eventTypes: ['endpoint.*'] })
    const { rows } = await hub.pool.query<{ epoch: number }>('select epoch from endpoints where id = $1', [endpoint.id])
    const input = { workspaceId: workspace.workspaceId, endpointId: endpoint.id, epoch: rows[0]!.epoch, host: 'x' }
    expect(await assessRecovery(quick, { ...input, epoch: 0 })).toMatchObject({ state: 'stale' })
    await until(async () => (await probeEndpoint(quick, input)).notified)
    await until(() => watcher.arrivals().some(arrival => arrival.type === 'endpoint.failing'))
    await until(async () => (await probeEndpoint(quick, input)).state === 'disabled')
    await until(() => watcher.arrivals().some(arrival => arrival.type === 'endpoint.disabled'))
    expect(watcher.summary().total).toBe(2)
    await until(async () => (await deliveriesOf(workspace, '?status=failed')).length === 3)
  })
})
