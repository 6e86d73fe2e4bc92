import { createEndpoint, deliveriesOf } from '../../support/delivery.ts'
import { createTestHub, createTestServer, createWorkspace, type TestWorkspace } from '../../support/hub.ts'

const hub = await createTestHub()
await createTestServer(hub)
const url = 'http://127.0.0.1:9/hook'

async function receivers(workspace: TestWorkspace, event: Record<string, unknown>): Promise<string[]> {
  const answer = await workspace.request('POST', '/v1/events', { type: 'a.b', data: {}, ...event })
  expect(answer.status).toBe(202)
  return (await deliveriesOf(workspace, `?eventId=${answer.body.id}`)).map(delivery => delivery.endpointId).sort()
}

describe('channels', () => {
  it('lead an event to endpoints that listen to one of them, and to those that listen to none in particular', async () => {
    const workspace = await createWorkspace(hub)
    const all = await createEndpoint(workspace, url)
    const one = await createEndpoint(workspace, url, { channels: ['customer:1'] })
    const two = await createEndpoint(workspace, url, { channels: ['customer:2', 'vip"\\,{}'], eventTypes: ['a.*'] })
    expect(await receivers(workspace, {})).toEqual([all.id])
    expect(await receivers(workspace, { channels: [] })).toEqual([all.id])
    expect(await receivers(workspace, { channels: ['customer:1'] })).toEqual([all.id, one.id])
    expect(await receivers(workspace, { channels: ['x', 'vip"\\,{}'] })).toEqual([all.id, two.id])
    expect(await receivers(workspace, { channels: ['customer:1', 'customer:2'] })).toEqual([all.id, one.id, two.id])
    expect(await receivers(workspace, { channels: ['customer:2'], type: 'c' })).toEqual([all.id])
    await workspace.request('PATCH', `/v1/endpoints/${one.id}`, { channels: null })
    expect(await receivers(workspace, {})).toEqual([all.id, one.id])
  })

  it('are shown with the event, and are part of what an event id stands for', async () => {
    const workspace = await createWorkspace(hub)
    const body = { type: 'a.b', data: 1, eventId: 'x', channels: ['b', 'a', 'b', '"\\{,}'], orderingKey: 'customer-1' }
    const first = await workspace.request('POST', '/v1/events', body)
    const shown = await workspace.request('GET', `/v1/events/${first.body.id}`)
    expect(shown.body).toMatchObject({ channels: ['b', 'a', '"\\{,}'], orderingKey: 'customer-1', deliverAt: null })
    const again = await workspace.request('POST', '/v1/events', { ...body, channels: ['a', 'b', '"\\{,}'] })
    expect(again.body).toEqual({ id: first.body.id, repeated: true })
    for (const other of [{ channels: ['a'] }, { channels: undefined }, { orderingKey: 'customer-2' }]) {
      const refused = await workspace.request('POST', '/v1/events', { ...body, ...other })
      expect([refused.status, refused.body.error.code]).toEqual([409, 'EVENT_ID_CONFLICT'])
    }
    const plain = { type: 'a.b', data: 1, eventId: 'plain' }
    await workspace.request('POST', '/v1/events', plain)
    expect((await workspace.request('POST', '/v1/events', { ...plain, orderingKey: 'k' })).status).toBe(409)
  })

  it('and keys are refused where they are too many, too long or not visible ASCII', async () => {
    const workspace = await createWorkspace(hub)
    const wrong = [
      { channels: Array.from({ length: 11 }, (_, n) => `c${n}`) },
      { channels: ['x'.repeat(129)] },
      { channels: [''] },
      { channels: ['a b'] },
      { channels: ['a\u0000'] },
      { channels: ['\ud800'] },
      { channels: ['é'] },
      { channels: 'a' },
      { orderingKey: '' },
      { orderingKey: 'a\u0000' },
      { orderingKey: 'x'.repeat(129) },
      { type: 'a\u0000b' },
      { type: 'a.\ud800' },
      { eventId: 'a\ud800' },
    ]
    for (const one of wrong) {
      const refused = await workspace.request('POST', '/v1/events', { type: 'a.b', data: 1, ...one })
      expect([one, refused.status, refused.body.error.code]).toEqual([one, 400, 'INVALID_REQUEST'])
    }
    for (const channels of [[], ['a b'], ['\ud800'], ['\u0000']]) {
      expect((await workspace.request('POST', '/v1/endpoints', { url, channels })).status).toBe(400)
    }
  })
})
