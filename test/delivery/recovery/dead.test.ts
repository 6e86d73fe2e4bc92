import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../../../dev/processes/ports.ts'
import { recoverEndpointName, recoverEndpointWorkflowId } from '../../../src/delivery/contract.ts'
import { stopDispatching } from '../../../src/delivery/dispatch/dispatching.ts'
import { startDispatchSlots } from '../../../src/delivery/dispatch/slots.ts'
import { deliveryPolicy } from '../../../src/delivery/policy.ts'
import { createEndpoint, publish, quickPolicy, until } from '../../support/delivery.ts'
import { createTestHub, createWorkspace, type TestWorkspace } from '../../support/hub.ts'
import { startSteady, type Steady } from '../../support/steady.ts'
import { publishMany, startTroubled } from '../../support/troubled.ts'
import { startTestWorkers } from '../../support/workers.ts'

const hub = await createTestHub({
  deliveryPolicy: {
    ...quickPolicy,
    // The product's own: what outlives its lease, on a machine that stands still, comes twice.
    leaseMs: deliveryPolicy.leaseMs,
    retryDelaysMs: [0, 300, 300, 300, 300, 300, 60_000],
    probeDelaysMs: [400, 400],
    failingAfterMs: 1_000,
    drainSteps: [10, 100, 1_000, 5_000],
  },
})
await startTestWorkers(hub, ['workflows', 'delivery'])
await startDispatchSlots(hub)
afterAll(() => stopDispatching(hub))
let steady: Steady

beforeAll(async () => {
  steady = await startSteady(hub)
})

const modeOf = async (workspace: TestWorkspace, endpointId: string) =>
  (await workspace.request('GET', `/v1/endpoints/${endpointId}`)).body['status']

const waiting = async (endpointId: string) => {
  const { rows } = await hub.pool.query<{ held: number; others: number; attempts: number }>(
    `select count(*) filter (where held)::int as held, count(*) filter (where not held)::int as others,
       coalesce(sum(attempts), 0)::int as attempts from delivery_queue where endpoint_id = $1`,
    [endpointId],
  )
  return rows[0]!
}

describe('beside a healthy endpoint', () => {
  it('a dead one with more than 10,000 waiting costs the others nothing, and Temporal one workflow', async () => {
    const port = await freePort()
    const workspace = await createWorkspace(hub)
    const endpoint = await createEndpoint(workspace, `http://127.0.0.1:${port}/`)
    const ids: string[] = []
    await until(async () => {
      ids.push(await publish(workspace))
      await sleep(50)
      return (await modeOf(workspace, endpoint.id)) === 'recovering'
    })
    ids.push(...(await publishMany(workspace, 12_000)))
    await steady.keepsItsP99()
    const { held, others, attempts } = await waiting(endpoint.id)
    expect(held + others).toBe(ids.length)
    // Those that failed before the trouble wait for their own retries, which find the endpoint closed.
    expect(held).toBeGreaterThanOrEqual(12_000)
    const query = `WorkflowType = '${recoverEndpointName}' AND Endpoint = '${endpoint.id}'`
    await until(async () => (await hub.temporal.workflow.count(query)).count === 1)
    const handle = hub.temporal.workflow.getHandle(recoverEndpointWorkflowId(endpoint.id))
    const probes = async () => {
      const { events } = await handle.fetchHistory()
      return events!.filter(event => event.activityTaskScheduledEventAttributes?.activityType?.name === 'probeEndpoint')
        .length
    }
    const before = await probes()
    await until(async () => (await probes()) >= before + 2)
    // Probes spend no attempts, nor does waiting; only retries that were under way as the trouble began did.
    expect((await waiting(endpoint.id)).attempts).toBeLessThanOrEqual(attempts + ids.length - 12_000)
    expect((await hub.temporal.workflow.count(query)).count).toBe(1)

    const receiver = await startTroubled({ port })
    await until(() => receiver.seen.length > 0)
    await steady.keepsItsP99()
    await until(() => receiver.accepted().size === ids.length, 90_000)
    await handle.result()
    expect(await modeOf(workspace, endpoint.id)).toBe('open')
    expect(await waiting(endpoint.id)).toEqual({ held: 0, others: 0, attempts: 0 })
    expect(receiver.seen).toHaveLength(ids.length)
    expect((await hub.temporal.workflow.count(query)).count).toBe(1)
    // Oldest first: what was waiting longest is not among the last.
    const order = receiver.seen.map(one => one.id)
    const placeOf = new Map(order.map((id, place) => [id, place]))
    const bulk = ids.slice(-12_000)
    const mean = (some: string[]) => some.reduce((sum, id) => sum + placeOf.get(id)!, 0) / some.length
    expect(mean(bulk.slice(0, 3_000))).toBeLessThan(mean(bulk.slice(3_000, 6_000)))
    expect(mean(bulk.slice(3_000, 6_000))).toBeLessThan(mean(bulk.slice(9_000)))
  }, 180_000)

  it('a flapping one opens, fails again and drains: none lost, none twice, told of once', async () => {
    const receiver = await startTroubled()
    const watcher = await startTroubled()
    const told: string[] = []
    watcher.answerBy(({ body }, response) => {
      told.push((JSON.parse(body) as { type: string }).type)
      response.writeHead(200).end()
    })
    const workspace = await createWorkspace(hub)
    const endpoint = await createEndpoint(workspace, receiver.url, { eventTypes: ['a.b'] })
    await createEndpoint(workspace, watcher.url, { eventTypes: ['endpoint.*'] })
    let answersLeft = 0
    // Not even while it is up it takes everything.
    receiver.answerBy(({ body }, response) => {
      const refused = /"n":\d*[37]\D/.test(body) && answersLeft < 35
      response.writeHead(!refused && answersLeft-- > 0 ? 200 : 503).end()
    })
    const ids = await publishMany(workspace, 400)
    await until(async () => (await modeOf(workspace, endpoint.id)) === 'recovering')
    await until(() => told.includes('endpoint.failing'))
    const measuring = steady.keepsItsP99()
    const failingSince = async () => {
      const { body } = await workspace.request<{ failingSince: string }>('GET', `/v1/endpoints/${endpoint.id}`)
      return Date.parse(body.failingSince)
    }
    for (let round = 1; round <= 2; round++) {
      const accepted = receiver.accepted().size
      const upAt = Date.now()
      answersLeft = 40
      await until(() => receiver.accepted().size === accepted + 40)
      await until(async () => (await modeOf(workspace, endpoint.id)) === 'recovering')
      ids.push(...(await publishMany(workspace, 50)))
      // It is disabled after days without a success: what it took ended the days before.
      await until(async () => (await failingSince()) > upAt)
      // Long enough to be told of, had it not been.
      await sleep(1_500)
    }
    await measuring
    receiver.answerBy((_request, response) => response.writeHead(200).end())
    await until(async () => (await modeOf(workspace, endpoint.id)) === 'open')
    await until(() => receiver.accepted().size === ids.length)
    await until(async () => (await waiting(endpoint.id)).held + (await waiting(endpoint.id)).others === 0)
    expect([...receiver.accepted().values()].every(times => times === 1)).toBe(true)
    expect(told).toEqual(['endpoint.failing'])
    const query = `WorkflowType = '${recoverEndpointName}' AND Endpoint = '${endpoint.id}'`
    expect((await hub.temporal.workflow.count(query)).count).toBe(1)
  }, 120_000)
})
