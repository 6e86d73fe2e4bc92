import { setTimeout as sleep } from 'node:timers/promises'
import { recoverEndpointName, recoverEndpointWorkflowId } from '../../../src/delivery/contract.ts'
import { stopDispatching } from '../../../src/delivery/dispatch/dispatching.ts'
import { startDispatchSlots } from '../../../src/delivery/dispatch/slots.ts'
import { createEndpoint, publish, quickPolicy, until } from '../../support/delivery.ts'
import { createTestHub, createWorkspace } from '../../support/hub.ts'
import { startSteady, type Steady } from '../../support/steady.ts'
import { startTroubled, type Troubled } from '../../support/troubled.ts'
import { startTestWorkers } from '../../support/workers.ts'
import { readHistories, sightings } from '../../whole/canaries.ts'

const endpointCount = 50
/** What must not be read in the Temporal UI. */
const canaries = new Map([
  ['canary-path-7f3a', "a URL's path"],
  ['canary-query-19bc', "a URL's query"],
  ['canary-answer-c2d4', "an answer's body"],
  ['canary-payload-55e0', 'a payload'],
])

const hub = await createTestHub({
  deliveryPolicy: {
    ...quickPolicy,
    retryDelaysMs: [0, 300, 300, 300, 300, 60_000, 60_000],
    probeDelaysMs: [3_000],
    failingAfterMs: 3_600_000,
  },
})
await startTestWorkers(hub, ['workflows', 'delivery'])
await startDispatchSlots(hub)
afterAll(() => stopDispatching(hub))
let steady: Steady

beforeAll(async () => {
  steady = await startSteady(hub)
})

interface Broken {
  id: string
  receiver: Troubled
}

/** What the UI shows on top of a running workflow's page. */
async function currentDetails(endpointId: string): Promise<string> {
  const handle = hub.temporal.workflow.getHandle(recoverEndpointWorkflowId(endpointId))
  const { currentDetails } = await handle.query<{ currentDetails: string }>('__temporal_workflow_metadata')
  return currentDetails
}

describe('an outage of 50 endpoints', () => {
  it('is 50 readable workflows, started five a second, and none for the healthy; it ends by itself', async () => {
    const workspace = await createWorkspace(hub)
    const broken: Broken[] = []
    for (let n = 0; n < endpointCount; n++) {
      const receiver = await startTroubled()
      receiver.answerBy((_request, response) => response.writeHead(503).end('canary-answer-c2d4'))
      const url = `${receiver.url}canary-path-7f3a?token=canary-query-19bc`
      const { id } = await createEndpoint(workspace, url, { eventTypes: ['a.b'] })
      broken.push({ id, receiver })
    }
    const healthy = await startTroubled()
    await createEndpoint(workspace, healthy.url, { eventTypes: ['a.b'] })
    const published: string[] = []
    const event = async () => published.push(await publish(workspace, 'a.b', { secret: 'canary-payload-55e0' }))
    for (let n = 0; n < 3; n++) await event()
    const running = `WorkflowType = '${recoverEndpointName}' AND ExecutionStatus = 'Running'`
    const inTrouble = async () => {
      const { rows } = await hub.pool.query<{ id: string }>("select id from endpoints where mode = 'recovering'")
      return rows.map(row => row.id).toSorted()
    }
    const all = broken.map(one => one.id).toSorted()
    await until(async () => (await inTrouble()).length === endpointCount)
    expect(await inTrouble()).toEqual(all)
    await event()
    await steady.keepsItsP99()

    await until(async () => (await hub.temporal.workflow.count(running)).count === endpointCount)
    const startedAt: number[] = []
    const ids: string[] = []
    for await (const one of hub.temporal.workflow.list({ query: running })) {
      startedAt.push(one.startTime.getTime())
      ids.push(one.workflowId)
    }
    expect(ids.toSorted()).toEqual(all.map(recoverEndpointWorkflowId))
    startedAt.sort((a, b) => a - b)
    // Five a second: however late a busy machine begins some of them, fifty take the better part of ten seconds.
    expect(startedAt.at(-1)! - startedAt[0]!).toBeGreaterThan(6_000)

    // Each has probed by now, and says what it found.
    await sleep(3_500)
    for (const { id, receiver } of broken) {
      const description = await hub.temporal.workflow.getHandle(recoverEndpointWorkflowId(id)).describe()
      expect(await description.staticSummary()).toBe(`127.0.0.1:${receiver.port} does not take deliveries (${id})`)
      expect(JSON.stringify(description.typedSearchAttributes)).toContain(workspace.workspaceId)
      expect(JSON.stringify(description.typedSearchAttributes)).toContain('retrying')
      expect(await currentDetails(id)).toMatch(
        /^4 deliveries wait\. Last error: status 503, failing since \d{4}-\d\d-\d\dT[\d:]+Z\. Next probe at \d{4}-\d\d-\d\dT[\d:]+Z\. Unless one succeeds, it is disabled at \d{4}-\d\d-\d\dT[\d:]+Z\.$/,
      )
    }
    const { bytes } = await readHistories(hub.temporal)
    expect(sightings(canaries, 'histories', bytes)).toEqual([])
    expect(healthy.accepted().size).toBe(published.length)

    for (const { receiver } of broken) receiver.answerBy((_request, response) => response.writeHead(200).end())
    await until(async () => (await hub.temporal.workflow.count(running)).count === 0, 90_000)
    for (const { id, receiver } of broken) {
      expect([...receiver.accepted()].toSorted()).toEqual(published.map(one => [one, 1]).toSorted())
      const { body } = await workspace.request('GET', `/v1/endpoints/${id}`)
      expect([body['status'], body['failingSince'], body['nextProbeAt']]).toEqual(['open', null, null])
    }
    const { rows } = await hub.pool.query('select from delivery_queue where workspace_id = $1', [workspace.workspaceId])
    expect(rows).toEqual([])
    expect(sightings(canaries, 'histories', (await readHistories(hub.temporal)).bytes)).toEqual([])
  }, 210_000)
})
