import {
  createDeliveringHub,
  createEndpoint,
  createSubscriber,
  deliveriesOf,
  publish,
  quickPolicy,
  settled,
  startTestReceiver,
  until,
} from '../support/delivery.ts'
import { createWorkspace, type TestWorkspace } from '../support/hub.ts'

// However often it fails, no endpoint gets into trouble.
const hub = await createDeliveringHub({ deliveryPolicy: { ...quickPolicy, troubleAfterMs: 600_000 } })
const receiver = await startTestReceiver()
const url = '/v1/delivery-settings'
const dayMs = 86_400_000

const classOf = async (event: string) => {
  const { rows } = await hub.pool.query<{ days: number; stored: number }>(
    `select e.payload_days as days, p.payload_days as stored from events e
     join event_payloads p on p.event_id = e.id where e.id = $1`,
    [event],
  )
  return rows[0]
}
const patch = (workspace: TestWorkspace, body: unknown) => workspace.request('PATCH', url, body)

describe('delivery settings', () => {
  it('are the standard ones until they are changed', async () => {
    const workspace = await createWorkspace(hub)
    expect((await workspace.request('GET', url)).body).toEqual({ payloadDays: 30, retryDelaysMs: null })
    const changed = await patch(workspace, { payloadDays: 90 })
    expect(changed.body).toEqual({ payloadDays: 90, retryDelaysMs: null })
    expect((await workspace.request('GET', url)).body).toEqual(changed.body)
    const audit = await workspace.request('GET', `/v1/audit-log?subjectId=${workspace.workspaceId}`)
    expect(audit.body.data[0]).toMatchObject({ action: 'delivery_settings.changed' })
    expect((await (await createWorkspace(hub)).request('GET', url)).body).toMatchObject({ payloadDays: 30 })
  })

  it('decide how long payloads of events from then on are kept', async () => {
    const { workspace } = await createSubscriber(hub, receiver, 'classes')
    const before = await publish(workspace)
    for (const payloadDays of [7, 90]) {
      await patch(workspace, { payloadDays })
      expect(await classOf(await publish(workspace))).toEqual({ days: payloadDays, stored: payloadDays })
    }
    expect(await classOf(before)).toEqual({ days: 30, stored: 30 })
    expect((await patch(workspace, { payloadDays: 8 })).status).toBe(400)
  })

  it('decide the schedule of endpoints without one of their own, which dispatchers notice', async () => {
    const { workspace, hook } = await createSubscriber(hub, receiver, 'schedules')
    const own = receiver.hook('own-schedule')
    const { id } = await createEndpoint(workspace, own.url, { retryDelaysMs: [0, 50] })
    hook.answerWith(400)
    own.answerWith(400)
    const attempts = async (event: string): Promise<Record<string, number>> =>
      Object.fromEntries((await settled(workspace, event)).map(one => [String(one.endpointId === id), one.attempts]))
    expect(await attempts(await publish(workspace))).toEqual({ false: 4, true: 2 })
    await patch(workspace, { retryDelaysMs: [0] })
    expect(await attempts(await publish(workspace))).toEqual({ false: 1, true: 2 })
    await patch(workspace, { retryDelaysMs: null })
    expect(await attempts(await publish(workspace))).toEqual({ false: 4, true: 2 })
    await until(async () => (await deliveriesOf(workspace, '?status=failed')).length === 6)
  })
})

describe('a retry schedule that would outlast the payloads', () => {
  const sixDays = Array.from({ length: 6 }, () => dayMs)

  it('is refused, of the workspace as of an endpoint', async () => {
    const workspace = await createWorkspace(hub)
    expect((await patch(workspace, { payloadDays: 7, retryDelaysMs: sixDays })).status).toBe(200)
    const longer = [...sixDays, 1]
    const refused = await patch(workspace, { retryDelaysMs: longer })
    expect([refused.status, refused.body.error.code]).toEqual([400, 'INVALID_REQUEST'])
    expect(JSON.stringify(refused.body.error.details)).toContain('at most 6')
    const made = { url: 'http://127.0.0.1:9/', retryDelaysMs: longer }
    const endpoint = await workspace.request('POST', '/v1/endpoints', made)
    expect([endpoint.status, endpoint.body.error.details]).toEqual([400, refused.body.error.details])
    const { id } = await createEndpoint(workspace, made.url, { retryDelaysMs: sixDays })
    const changed = await workspace.request('PATCH', `/v1/endpoints/${id}`, { retryDelaysMs: longer })
    expect([changed.status, changed.body.error.details]).toEqual([400, refused.body.error.details])
    expect((await workspace.request('GET', `/v1/endpoints/${id}`)).body['retryDelaysMs']).toEqual(sixDays)
  })

  it('keeps the payloads from being kept shorter', async () => {
    const workspace = await createWorkspace(hub)
    const { id } = await createEndpoint(workspace, 'http://127.0.0.1:9/', { retryDelaysMs: [...sixDays, dayMs] })
    const refused = await patch(workspace, { payloadDays: 7 })
    expect(refused.status).toBe(400)
    expect(JSON.stringify(refused.body.error.details)).toContain(id)
    expect((await workspace.request('GET', url)).body).toMatchObject({ payloadDays: 30 })
    await workspace.request('PATCH', `/v1/endpoints/${id}`, { retryDelaysMs: null })
    expect((await patch(workspace, { payloadDays: 7 })).status).toBe(200)
  })
})
