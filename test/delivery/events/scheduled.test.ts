import { setTimeout as sleep } from 'node:timers/promises'
import {
  createDeliveringHub,
  createSubscriber,
  deliveriesOf,
  publish,
  settled,
  startTestReceiver,
  until,
} from '../../support/delivery.ts'
import { createTestServer, type TestWorkspace } from '../../support/hub.ts'

const hub = await createDeliveringHub()
await createTestServer(hub)
const receiver = await startTestReceiver()
const dayMs = 86_400_000

const schedule = (workspace: TestWorkspace, deliverAt: Date, more = {}) =>
  workspace.request('POST', '/v1/events', { type: 'a.b', data: 1, deliverAt: deliverAt.toISOString(), ...more })

describe('an event with a time', () => {
  it('arrives at its time, while others flow', async () => {
    const { workspace, hook } = await createSubscriber(hub, receiver, 'later')
    const { workspace: busy } = await createSubscriber(hub, receiver, 'busy')
    let flowing = true
    const flow = (async () => {
      while (flowing) {
        await busy.request('POST', '/v1/events', {
          events: Array.from({ length: 50 }, () => ({ type: 'a.b', data: 1 })),
        })
        await sleep(20)
      }
    })()
    const at = new Date(Date.now() + 2_500)
    const { body, status } = await schedule(workspace, at)
    expect(status).toBe(202)
    const shown = await workspace.request('GET', `/v1/events/${body.id}`)
    expect(shown.body['deliverAt']).toBe(at.toISOString())
    expect(await deliveriesOf(workspace)).toMatchObject([{ status: 'pending', nextAttemptAt: at.toISOString() }])
    await sleep(at.getTime() - Date.now())
    // What is published at that moment shows how long a delivery takes on this machine, beside the flow.
    await publish(workspace, 'at.once')
    await until(() => hook.summary().total === 2)
    flowing = false
    await flow
    const lateMs = (type: string) => hook.arrivals().find(arrival => arrival.type === type)!.receivedAtMs - at.getTime()
    expect(lateMs('a.b')).toBeGreaterThanOrEqual(0)
    expect(lateMs('a.b')).toBeLessThan(1_000 + lateMs('at.once'))
  })

  it('arrives at its time on an idle hub', async () => {
    const { workspace, hook } = await createSubscriber(hub, receiver, 'idle')
    const at = Date.now() + 1_500
    await schedule(workspace, new Date(at))
    await until(() => hook.summary().total > 0)
    expect(Date.now() - at).toBeGreaterThanOrEqual(0)
    expect(Date.now() - at).toBeLessThan(1_000)
  })

  it('that is past is delivered at once', async () => {
    const { workspace } = await createSubscriber(hub, receiver, 'past')
    const { body } = await schedule(workspace, new Date(Date.now() - 30 * dayMs))
    expect(await settled(workspace, body.id, 2_000)).toMatchObject([{ status: 'delivered' }])
  })

  it('waits for its time although its endpoint is paused and resumed meanwhile', async () => {
    const { workspace, hook, endpoint } = await createSubscriber(hub, receiver, 'held')
    await workspace.request('POST', `/v1/endpoints/${endpoint.id}/pause`)
    const at = Date.now() + 2_000
    await schedule(workspace, new Date(at))
    await publish(workspace, 'now')
    await workspace.request('POST', `/v1/endpoints/${endpoint.id}/resume`)
    await until(() => hook.summary().total === 1, 1_500)
    expect(Date.now()).toBeLessThan(at)
    await until(() => hook.summary().total === 2)
    expect(Date.now() - at).toBeGreaterThanOrEqual(0)
    expect(Date.now() - at).toBeLessThan(1_000)
  })

  it('does not hold up those that are in order with it', async () => {
    const { workspace, hook } = await createSubscriber(hub, receiver, 'ordered', { ordered: true })
    const at = Date.now() + 2_000
    await schedule(workspace, new Date(at), { orderingKey: 'k', type: 'later' })
    await workspace.request('POST', '/v1/events', { type: 'first', data: 1, orderingKey: 'k' })
    await until(() => hook.summary().total === 1, 1_500)
    await until(() => hook.summary().total === 2)
    expect(hook.arrivals().map(arrival => arrival.type)).toEqual(['first', 'later'])
    expect(Date.now() - at).toBeLessThan(1_500)
  })

  it('cannot be further ahead than its payload outlives', async () => {
    const { workspace } = await createSubscriber(hub, receiver, 'far')
    const answers: [number, number, number][] = [
      [30, 26, 202],
      [30, 27, 400],
      [7, 3, 202],
      [7, 4, 400],
      [90, 86, 202],
      [90, 87, 400],
    ]
    for (const [payloadDays, days, status] of answers) {
      const set = await workspace.request('PATCH', '/v1/delivery-settings', { payloadDays })
      expect(set.status).toBe(200)
      const answer = await schedule(workspace, new Date(Date.now() + days * dayMs - 60_000))
      expect([payloadDays, days, answer.status]).toEqual([payloadDays, days, status])
      if (status === 400) expect(JSON.stringify(answer.body.error.details)).toContain(`At most ${days - 1} days ahead`)
    }
    for (const deliverAt of ['tomorrow', '2026-01-01', 5]) {
      expect((await workspace.request('POST', '/v1/events', { type: 'a.b', data: 1, deliverAt })).status).toBe(400)
    }
  })

  it('is part of what an event id stands for', async () => {
    const { workspace } = await createSubscriber(hub, receiver, 'keyed')
    const at = new Date(Date.now() + 60_000)
    const first = await schedule(workspace, at, { eventId: 'e' })
    expect((await schedule(workspace, at, { eventId: 'e' })).body).toEqual({ id: first.body.id, repeated: true })
    expect((await schedule(workspace, new Date(at.getTime() + 1), { eventId: 'e' })).status).toBe(409)
    expect(await deliveriesOf(workspace)).toHaveLength(1)
  })
})
