import { setTimeout as sleep } from 'node:timers/promises'
import { recoverNetworkWorkflowId } from '../../../src/delivery/contract.ts'
import { stopDispatching } from '../../../src/delivery/dispatch/dispatching.ts'
import { startDispatchSlots } from '../../../src/delivery/dispatch/slots.ts'
import type { DeliveryPolicy } from '../../../src/delivery/policy.ts'
import type { Readiness } from '../../../src/http/health.ts'
import type { Hub } from '../../../src/hub.ts'
import { createOutgoing } from '../../../src/outgoing/agent.ts'
import { deliveriesOf, publish, quickPolicy, until } from '../../support/delivery.ts'
import { call, createTestHub, createTestServer, createWorkspace } from '../../support/hub.ts'
import { startTroubled, type Troubled } from '../../support/troubled.ts'
import { startTestWorkers } from '../../support/workers.ts'
import { endpointsAt, hanging, isPaused, outage, urlsOf } from './outages.ts'

/** A hub with the product's workers, whose names all lead to this machine while `network.there`. */
async function startHub(network = { there: true }, policy: Partial<DeliveryPolicy> = {}) {
  const outgoing = createOutgoing(
    { allowedPrivateNetworks: ['127.0.0.0/8'], proxy: undefined },
    (_name, _options, found) => {
      if (network.there) return found(null, [{ address: '127.0.0.1', family: 4 }])
      found(Object.assign(new Error('no name server answers'), { code: 'EAI_AGAIN', syscall: 'getaddrinfo' }), [])
    },
  )
  const deliveryPolicy = {
    ...quickPolicy,
    retryDelaysMs: [0, ...Array<number>(60).fill(300)],
    troubleAfterMs: 3_600_000,
    ...outage,
    ...policy,
  }
  const hub = await createTestHub({ deliveryPolicy, outgoing })
  const app = await createTestServer(hub)
  await startTestWorkers(hub, ['workflows', 'delivery'])
  await startDispatchSlots(hub)
  stopping.push(hub)
  return { hub, app }
}

const stopping: Hub[] = []

const named = (name: string, count: number, { port }: Troubled) =>
  Array.from({ length: count }, (_, n) => `http://${name}-${n}.example:${port}/`)

describe('when the network is lost', () => {
  afterEach(async () => {
    for (const hub of stopping.splice(0)) await stopDispatching(hub)
  })

  it('all deliveries pause, everybody who asks is told, and all goes on by itself once it is back', async () => {
    const network = { there: false }
    const { hub, app } = await startHub(network)
    const receiver = await startTroubled()
    const workspaces = [await createWorkspace(hub), await createWorkspace(hub)]
    for (const [n, workspace] of workspaces.entries()) {
      await endpointsAt(workspace, named(`tenant-${n}`, 6, receiver))
      await publish(workspace, 'a.b')
    }
    await until(() => isPaused(hub))
    await sleep(1_200)
    // What is due meanwhile waits, spends no attempt, and says why and until when.
    const event = await publish(workspaces[0]!, 'a.b', { later: true })
    await sleep(1_500)
    const [waiting] = await deliveriesOf(workspaces[0]!, `?eventId=${event}`)
    expect([waiting!.status, waiting!.attempts]).toEqual(['pending', 0])
    const { body } = await workspaces[0]!.request('GET', `/v1/deliveries/${waiting!.id}`)
    expect(body['waitsFor']).toEqual({ reason: 'network_outage', until: expect.stringMatching(/^\d{4}-/) as string })
    const ready = await call<Readiness>(app, undefined, 'GET', '/ready')
    expect([ready.status, ready.body.status]).toEqual([200, 'degraded'])
    expect(ready.body.checks.deliveries).toMatchObject({
      status: 'failed',
      reason: 'paused: no endpoint can be reached',
      until: expect.stringMatching(/^\d{4}-/) as string,
    })
    const metrics = await call<string>(app, undefined, 'GET', '/metrics')
    expect(metrics.body).toMatch(/^causeway_deliveries_paused 1$/m)
    expect(metrics.body).toMatch(/^causeway_deliveries_paused_until_timestamp_seconds 1\d{9}/m)
    const handle = hub.temporal.workflow.getHandle(recoverNetworkWorkflowId)
    const running = await handle.describe()
    expect(running.status.name).toBe('RUNNING')
    expect(JSON.stringify(running.typedSearchAttributes)).toContain('retrying')
    const { currentDetails } = await handle.query<{ currentDetails: string }>('__temporal_workflow_metadata')
    expect(currentDetails).toMatch(
      /^No endpoint can be reached for \d+ seconds: all deliveries are paused\. The next probe is at \S+Z\.$/,
    )

    network.there = true
    const backAt = Date.now()
    await until(async () => !(await isPaused(hub)))
    expect(Date.now() - backAt).toBeLessThan(2_500)
    await until(() => receiver.accepted().size === 3 && [...receiver.accepted().values()].every(count => count === 6))
    await handle.result()
    expect(JSON.stringify((await handle.describe()).typedSearchAttributes)).toContain('none')
    expect((await call<Readiness>(app, undefined, 'GET', '/ready')).body.status).toBe('ready')
    const paused = async () => (await call<string>(app, undefined, 'GET', '/metrics')).body
    await until(async () => /^causeway_deliveries_paused 0$/m.test(await paused()))
  })

  it('they pause on a hub with a single workspace too', async () => {
    const network = { there: false }
    const { hub } = await startHub(network)
    const receiver = await startTroubled()
    const workspace = await createWorkspace(hub)
    await endpointsAt(workspace, named('only', 12, receiver))
    await publish(workspace, 'a.b')
    await until(() => isPaused(hub))
    network.there = true
    await until(async () => !(await isPaused(hub)))
    await until(() => [...receiver.accepted().values()].includes(12))
  })
})

describe('what one workspace’s receivers do', () => {
  const receivers: [how: string, makeUrls: () => Promise<string[]>][] = [
    ['refuse', async () => Array.from({ length: 30 }, (_, n) => `http://127.0.2.${n + 1}:9/`)],
    ['hang', async () => urlsOf(await hanging(30))],
    ['cannot be found', async () => Array.from({ length: 30 }, (_, n) => `http://nobody-${n}.invalid/`)],
  ]
  const outcomes = new Map<string, Promise<void>>()

  // Each has a hub of its own, and mostly waits: they go beside each other.
  beforeAll(() => {
    for (const [how, makeUrls] of receivers) outcomes.set(how, pausesNobody(makeUrls))
    void Promise.allSettled(outcomes.values())
  })

  afterAll(async () => {
    await Promise.allSettled(outcomes.values())
    for (const hub of stopping.splice(0)) await stopDispatching(hub)
  })

  it.each(receivers)('pauses nobody: thirty that %s, beside a quiet workspace', how => outcomes.get(how), 90_000)

  async function pausesNobody(makeUrls: () => Promise<string[]>): Promise<void> {
    const network = { there: false }
    const { hub } = await startHub(network)
    const [loud, quiet] = [await createWorkspace(hub), await createWorkspace(hub)]
    const receiver = await startTroubled()
    await endpointsAt(quiet, [receiver.url])
    await endpointsAt(loud, await makeUrls(), { timeoutMs: 1_000 })
    await publish(loud, 'a.b')
    const endsAt = Date.now() + 5 * outage.outageAfterMs!
    while (Date.now() < endsAt) {
      await publish(loud, 'a.b')
      expect(await isPaused(hub)).toBe(false)
      await sleep(250)
    }
    const event = await publish(quiet, 'a.b')
    await until(() => receiver.accepted().has(event))
  }
})
