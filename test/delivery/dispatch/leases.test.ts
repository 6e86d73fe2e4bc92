import { setTimeout as sleep } from 'node:timers/promises'
import { claimDue } from '../../../src/delivery/dispatch/claiming/claim.ts'
import { recordResults } from '../../../src/delivery/dispatch/recording/record.ts'
import {
  createEndpoint,
  createSubscriber,
  deliveriesOf,
  publish,
  quickPolicy,
  startDispatching,
  startTestReceiver,
  until,
} from '../../support/delivery.ts'
import { createTestHub, createWorkspace } from '../../support/hub.ts'

const receiver = await startTestReceiver()
const hub = await createTestHub({ deliveryPolicy: { ...quickPolicy, leaseMs: 1_500 } })
const limits = { rows: 10, bytes: 1_000_000, leaseMs: 1_000 }
const outcome = { sentAt: Date.now(), durationMs: 3, status: 200, endpointVersion: 1 }

describe('a lease', () => {
  it('keeps what one process claimed from the others, until it ends', async () => {
    const { workspace } = await createSubscriber(hub, receiver, 'leased')
    const id = await publish(workspace)
    const [first] = await claimDue(hub.pool, limits, -Infinity)
    expect(first!.eventId).toBe(id)
    expect(await claimDue(hub.pool, limits, -Infinity)).toEqual([])
    await sleep(1_100)
    const [second] = await claimDue(hub.pool, limits, -Infinity)
    expect([second!.id, second!.lease]).toEqual([first!.id, first!.lease + 1])
    // Who was frozen beyond its lease changes nothing any more.
    await recordResults(hub.pool, [{ delivery: first!, verdict: { kind: 'delivered' }, outcome }], 'frozen')
    expect((await deliveriesOf(workspace))[0]!.status).toBe('pending')
    await recordResults(hub.pool, [{ delivery: second!, verdict: { kind: 'delivered' }, outcome }], 'awake')
    expect((await deliveriesOf(workspace))[0]!.status).toBe('delivered')
  })

  it('makes recording twice the same as recording once', async () => {
    const { workspace } = await createSubscriber(hub, receiver, 'twice')
    await publish(workspace)
    const [claimed] = await claimDue(hub.pool, limits, -Infinity)
    const result = {
      delivery: claimed!,
      verdict: { kind: 'retry' as const, delayMs: 60_000 },
      outcome: { ...outcome, status: 500, error: 'status' as const },
    }
    await recordResults(hub.pool, [result], 'worker')
    await recordResults(hub.pool, [result], 'worker')
    expect(await deliveriesOf(workspace)).toMatchObject([{ status: 'retrying', attempts: 1 }])
  })

  it('that a dead process left behind ends, and another process sends with the same id', async () => {
    const { workspace, hook } = await createSubscriber(hub, receiver, 'orphaned')
    const ids = [await publish(workspace), await publish(workspace)]
    expect(await claimDue(hub.pool, { ...limits, leaseMs: 1_500 }, -Infinity)).toHaveLength(2)
    startDispatching(hub)
    await sleep(500)
    expect(hook.summary().total).toBe(0)
    await until(() => hook.summary().total === 2)
    expect(
      hook
        .arrivals()
        .map(arrival => arrival.id)
        .sort(),
    ).toEqual(ids.sort())
  })

  it('is prolonged while an answer takes longer than it lasts', async () => {
    const { workspace, hook } = await createSubscriber(hub, receiver, 'prolonged')
    const beside = await createTestHub({ beside: hub, deliveryPolicy: { ...quickPolicy, leaseMs: 1_500 } })
    startDispatching(beside)
    hook.answerWith({ delayMs: 4_000 })
    await publish(workspace)
    await until(async () => (await deliveriesOf(workspace, '?status=delivered')).length === 1)
    expect(hook.summary().total).toBe(1)
  })

  it('is claimed within a budget of bytes, the first one in any case', async () => {
    const own = await createTestHub()
    const other = await createWorkspace(own)
    await createEndpoint(other, 'http://127.0.0.1:9/')
    for (let n = 0; n < 5; n++) await publish(other, 'a.b', 'x'.repeat(10_000))
    expect(await claimDue(own.pool, { ...limits, bytes: 25_000 }, -Infinity)).toHaveLength(3)
    expect(await claimDue(own.pool, { ...limits, bytes: 1 }, -Infinity)).toHaveLength(1)
  })
})
