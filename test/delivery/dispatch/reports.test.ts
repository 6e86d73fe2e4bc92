import { setTimeout as sleep } from 'node:timers/promises'
import { matchesType } from '../../../src/delivery/events/types/event-types.ts'
import { recordReported } from '../../../src/delivery/dispatch/recording/record-reported.ts'
import { claimDue } from '../../../src/delivery/dispatch/claiming/claim.ts'
import type { Hook } from '../../../dev/receiver/receiver-hook.ts'
import { createTestHub, createWorkspace } from '../../support/hub.ts'
import {
  createDeliveringHub,
  createEndpoint,
  createSubscriber,
  deliveriesOf,
  publish,
  settled,
  startTestReceiver,
  until,
} from '../../support/delivery.ts'

const receiver = await startTestReceiver()
const hub = await createDeliveringHub()

interface Report {
  type: string
  data: {
    deliveryId: string
    endpointId: string
    eventId: string
    type: string
    attempts: number
    statusCode: number | null
    error: string | null
    reason: string | null
  }
}
const reportsTo = (hook: Hook): Report[] => hook.arrivals().map(({ body }) => JSON.parse(body) as Report)
/** Longer than what a process remembers of who wants reports. */
const noticed = () => sleep(1_100)

describe('reports on deliveries', () => {
  it('tell those who ask for them how deliveries ended, once each, and nobody else', async () => {
    const { workspace, hook, endpoint } = await createSubscriber(hub, receiver, 'reported-good')
    const plain = receiver.hook('reported-plain')
    await createEndpoint(workspace, plain.url)
    const failing = receiver.hook('reported-failing')
    failing.answerWith(500)
    const failed = await createEndpoint(workspace, failing.url, { retryDelaysMs: [0, 50], eventTypes: ['bill.*'] })
    const reader = receiver.hook('reports')
    const reading = await createEndpoint(workspace, reader.url, { eventTypes: ['webhook.*'] })
    reader.verifyWith(reading.secret)
    const second = receiver.hook('reports-of-success')
    await createEndpoint(workspace, second.url, { eventTypes: ['webhook.delivered'] })
    await noticed()
    const eventId = await publish(workspace, 'bill.paid', { canary: 'payload-canary' })
    const ended = await settled(workspace, eventId)
    expect(ended.map(one => one.status).sort()).toEqual(['delivered', 'delivered', 'failed'])
    await until(() => reader.arrivals().length >= 3 && second.arrivals().length >= 2)
    await sleep(500)
    expect(reportsTo(second).map(report => report.type)).toEqual(['webhook.delivered', 'webhook.delivered'])
    const reports = reportsTo(reader)
    expect(reports).toHaveLength(3)
    const of = (endpointId: string) => reports.find(report => report.data.endpointId === endpointId)
    expect(of(endpoint.id)).toMatchObject({
      type: 'webhook.delivered',
      data: { eventId, type: 'bill.paid', attempts: 1, statusCode: 200, error: null, reason: null },
    })
    expect(of(failed.id)).toMatchObject({
      type: 'webhook.failed',
      data: { eventId, type: 'bill.paid', attempts: 2, statusCode: 500, error: 'status', reason: 'exhausted' },
    })
    expect(reports.map(report => report.data.deliveryId).sort()).toEqual(ended.map(one => one.id).sort())
    expect(JSON.stringify(reports)).not.toMatch(/payload-canary|127\.0\.0\.1/)
    // Those that subscribe to everything else get none, and the reports' own deliveries cause none.
    expect(hook.arrivals().length).toBe(1)
    expect(plain.arrivals().length).toBe(1)
    const types = (await deliveriesOf(workspace)).map(one => one.endpointId)
    expect(types.filter(endpointId => endpointId === reading.id)).toHaveLength(3)
  })

  it('never tell an endpoint of its own deliveries', async () => {
    const { workspace, hook } = await createSubscriber(hub, receiver, 'own-reports', {
      eventTypes: ['bill.paid', 'webhook.delivered'],
    })
    await noticed()
    await settled(workspace, await publish(workspace, 'bill.paid'))
    await sleep(300)
    expect(hook.arrivals()).toHaveLength(1)
    const events = await workspace.request('GET', '/v1/events')
    expect(events.body.data).toHaveLength(1)
  })

  it('do not cross workspaces', async () => {
    const { workspace } = await createSubscriber(hub, receiver, 'unreported')
    const other = await createSubscriber(hub, receiver, 'other-reader', { eventTypes: ['webhook.*'] })
    await noticed()
    await settled(workspace, await publish(workspace))
    await sleep(300)
    expect(other.hook.arrivals()).toHaveLength(0)
    expect((await workspace.request('GET', '/v1/events')).body.data).toHaveLength(1)
  })

  it('are written exactly when the result is: under the lease, once', async () => {
    const still = await createTestHub()
    const workspace = await createWorkspace(still)
    await createEndpoint(workspace, 'https://127.0.0.1:1/', { eventTypes: ['bill.paid'] })
    await createEndpoint(workspace, 'https://127.0.0.1:1/', { eventTypes: ['webhook.failed', 'webhook.delivered'] })
    await publish(workspace, 'bill.paid')
    const [first] = await claimDue(still.pool, { rows: 10, bytes: 1e6, leaseMs: 1 }, -Infinity)
    await sleep(10)
    const [second] = await claimDue(still.pool, { rows: 10, bytes: 1e6, leaseMs: 10_000 }, -Infinity)
    const outcome = { sentAt: Date.now(), durationMs: 5, status: 200, endpointVersion: 1 }
    const record = (delivery: typeof first) =>
      recordReported(still, still.pool, [{ delivery: delivery!, verdict: { kind: 'delivered' }, outcome }], 'worker')
    const reports = async () =>
      (
        await still.pool.query("select from events where type like 'webhook.%' and workspace_id = $1", [
          workspace.workspaceId,
        ])
      ).rowCount
    await record(first)
    expect(await reports()).toBe(0)
    await record(second)
    await record(second)
    expect(await reports()).toBe(1)
  })
})

describe('a plain * pattern', () => {
  it('stands for everything but the reports', () => {
    expect(matchesType(['*'], 'invoice.paid')).toBe(true)
    expect(matchesType(['*'], 'webhook.created')).toBe(true)
    expect(matchesType(['*'], 'webhook.delivered')).toBe(false)
    expect(matchesType(['*', 'webhook.failed'], 'webhook.failed')).toBe(true)
    expect(matchesType(['webhook.*'], 'webhook.delivered')).toBe(true)
  })
})
