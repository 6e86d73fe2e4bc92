import {
  createEndpoint,
  deliveriesOf,
  publish,
  quickPolicy,
  startDispatching,
  startTestReceiver,
  until,
} from '../../support/delivery.ts'
import { createTestHub, createWorkspace, type TestWorkspace } from '../../support/hub.ts'

// No dispatcher runs: what is published waits.
const hub = await createTestHub({ deliveryPolicy: quickPolicy })
const sending = await createTestHub({ deliveryPolicy: quickPolicy })
const receiver = await startTestReceiver()
const url = 'http://127.0.0.1:9/'

async function waitingDelivery(workspace: TestWorkspace) {
  const event = await publish(workspace)
  return (await deliveriesOf(workspace, `?eventId=${event}`))[0]!
}

const lease = (id: string) =>
  hub.pool.query("update delivery_queue set leased_until = now() + interval '1 minute' where id = $1", [id])

const audited = async (workspace: TestWorkspace, subjectId: string) => {
  const answer = await workspace.request<{ data: { action: string; details: unknown }[] }>(
    'GET',
    `/v1/audit-log?subjectId=${subjectId}`,
  )
  return answer.body.data.map(({ action, details }) => ({ action, details }))
}

describe('cancelling a delivery', () => {
  it('makes history of one that waits, once', async () => {
    const workspace = await createWorkspace(hub)
    await createEndpoint(workspace, url)
    const { id } = await waitingDelivery(workspace)
    const answers = await Promise.all([1, 2].map(() => workspace.request('POST', `/v1/deliveries/${id}/cancel`)))
    for (const { status, body } of answers) {
      expect([status, body['status'], body['reason']]).toEqual([200, 'cancelled', 'by_hand'])
    }
    expect((await deliveriesOf(workspace)).map(one => one.status)).toEqual(['cancelled'])
    expect(await audited(workspace, id)).toEqual([{ action: 'delivery.cancelled', details: {} }])
  })

  it('leaves alone what is being sent, and what is over', async () => {
    const workspace = await createWorkspace(hub)
    await createEndpoint(workspace, url)
    const { id } = await waitingDelivery(workspace)
    await lease(id)
    const busy = await workspace.request('POST', `/v1/deliveries/${id}/cancel`)
    expect([busy.status, busy.body.error.code]).toEqual([409, 'DELIVERY_BUSY'])
    await hub.pool.query(
      `with q as (delete from delivery_queue where id = $1 returning *) insert into deliveries
       (id, workspace_id, endpoint_id, event_id, status, attempts, finished_at)
       select id, workspace_id, endpoint_id, event_id, 'delivered', 1, now() from q`,
      [id],
    )
    const over = await workspace.request('POST', `/v1/deliveries/${id}/cancel`)
    expect([over.status, over.body.error.code]).toEqual([409, 'CONFLICT'])
    expect((await deliveriesOf(workspace)).map(one => one.status)).toEqual(['delivered'])
  })

  it('does not reach into another workspace', async () => {
    const [workspace, other] = [await createWorkspace(hub), await createWorkspace(hub)]
    const endpoint = await createEndpoint(workspace, url)
    const { id, eventId } = await waitingDelivery(workspace)
    const calls = [
      ['POST', `/v1/deliveries/${id}/cancel`, undefined],
      ['POST', `/v1/events/${eventId}/cancel`, undefined],
      ['POST', '/v1/deliveries/cancel', { endpointId: endpoint.id }],
    ] as const
    for (const [method, path, body] of calls) expect((await other.request(method, path, body)).status).toBe(404)
    const all = await other.request('POST', '/v1/deliveries/cancel', { type: 'invoice.paid' })
    expect(all.body).toEqual({ cancelled: 0, sending: 0, more: false, nextCursor: null })
    expect((await deliveriesOf(workspace)).map(one => one.status)).toEqual(['pending'])
  })
})

describe('cancelling an event', () => {
  it('cancels all its deliveries that wait, those still to be made too, and none of its neighbours', async () => {
    const workspace = await createWorkspace(hub)
    for (let n = 0; n < 3; n++) await createEndpoint(workspace, url)
    const answer = await workspace.request<{ data: { id: string }[] }>('POST', '/v1/events', {
      events: [
        { type: 'a.b', data: 1 },
        { type: 'a.b', data: 2 },
      ],
    })
    const [first, second] = answer.body.data.map(one => one.id) as [string, string]
    const [sent] = await deliveriesOf(workspace, `?eventId=${first}`)
    await lease(sent!.id)
    await hub.pool.query('insert into event_fanouts (event_id, workspace_id) values ($1, $2)', [
      first,
      workspace.workspaceId,
    ])
    const cancelled = await workspace.request('POST', `/v1/events/${first}/cancel`)
    expect([cancelled.status, cancelled.body]).toEqual([200, { cancelled: 2, sending: 1, more: false }])
    expect((await hub.pool.query('select from event_fanouts')).rowCount).toBe(0)
    const states = async (event: string) =>
      (await deliveriesOf(workspace, `?eventId=${event}`)).map(one => one.status).sort()
    expect(await states(first)).toEqual(['cancelled', 'cancelled', 'pending'])
    expect(await states(second)).toEqual(['pending', 'pending', 'pending'])
    expect(await audited(workspace, first)).toEqual([{ action: 'event.cancelled', details: { cancelled: 2 } }])
  })
})

describe('cancelling what waits', () => {
  it('takes an endpoint, a type, or both', async () => {
    const workspace = await createWorkspace(hub)
    const one = await createEndpoint(workspace, url)
    const two = await createEndpoint(workspace, url)
    for (const type of ['a.b', 'a.b', 'c.d']) await publish(workspace, type)
    const both = { endpointId: one.id, type: 'a.b' }
    const first = await workspace.request('POST', '/v1/deliveries/cancel', both)
    expect(first.body).toEqual({ cancelled: 2, sending: 0, more: false, nextCursor: null })
    expect((await deliveriesOf(workspace, `?endpointId=${one.id}&status=pending`)).length).toBe(1)
    expect((await workspace.request('POST', '/v1/deliveries/cancel', { type: 'c.d' })).body['cancelled']).toBe(2)
    const rest = await workspace.request('POST', '/v1/deliveries/cancel', { endpointId: two.id })
    expect(rest.body['cancelled']).toBe(2)
    expect(await deliveriesOf(workspace, '?status=pending')).toEqual([])
    expect(await audited(workspace, one.id)).toContainEqual({
      action: 'deliveries.cancelled',
      details: { ...both, cancelled: 2 },
    })
    const neither = await workspace.request('POST', '/v1/deliveries/cancel', {})
    expect([neither.status, neither.body.error.code]).toEqual([400, 'INVALID_REQUEST'])
  })

  it('is bounded in each call, and goes on at the cursor', async () => {
    const workspace = await createWorkspace(hub)
    const endpoints = [await createEndpoint(workspace, url), await createEndpoint(workspace, url)]
    const event = await publish(workspace)
    for (const { id } of endpoints) {
      await hub.pool.query(
        `insert into delivery_queue (id, workspace_id, endpoint_id, event_id, size, payload_days)
         select left($4, 14) || substr(md5($3 || n::text), 1, 16), $1, $3, $2, 10, 30 from generate_series(1, 7000) n`,
        [workspace.workspaceId, event, id, event.replace('evt', 'dlv')],
      )
    }
    const calls: number[] = []
    for (let cursor: unknown; cursor !== null;) {
      const body = { type: 'invoice.paid', ...(cursor === undefined ? {} : { cursor }) }
      const answer = await workspace.request('POST', '/v1/deliveries/cancel', body)
      expect(answer.status).toBe(200)
      calls.push(answer.body['cancelled'] as number)
      cursor = answer.body['nextCursor']
    }
    expect(calls).toEqual([10_000, 4_002])
    const { rows } = await hub.pool.query<{ status: string; count: number }>(
      'select status, count(*) as count from deliveries where workspace_id = $1 group by 1',
      [workspace.workspaceId],
    )
    expect(rows).toEqual([{ status: 'cancelled', count: 14_002 }])
  })
})

describe('resending', () => {
  it('moves a cancelled delivery back once, however often it is asked for, and keeps the attempts', async () => {
    const workspace = await createWorkspace(sending)
    const hook = receiver.hook('resend')
    const endpoint = await createEndpoint(workspace, hook.url)
    hook.verifyWith(endpoint.secret)
    const { id } = await waitingDelivery(workspace)
    await workspace.request('POST', `/v1/deliveries/${id}/cancel`)
    const answers = await Promise.all([1, 2, 3].map(() => workspace.request('POST', `/v1/deliveries/${id}/resend`)))
    expect(answers.map(answer => answer.status)).toEqual([202, 202, 202])
    expect((await sending.pool.query('select from delivery_queue')).rowCount).toBe(1)
    startDispatching(sending)
    await until(async () => (await deliveriesOf(workspace))[0]?.status === 'delivered')
    await workspace.request('POST', `/v1/deliveries/${id}/resend`)
    await until(() => hook.summary().total === 2)
    await until(async () => (await deliveriesOf(workspace))[0]?.attempts === 2)
    const attempts = await workspace.request<{ data: { number: number }[] }>('GET', `/v1/deliveries/${id}/attempts`)
    expect(attempts.body.data.map(attempt => attempt.number)).toEqual([1, 2])
    expect(hook.summary()).toMatchObject({ total: 2, distinct: 1, unverified: 0 })
  })

  it('says so when the delivery is being sent, and when nothing is left to send', async () => {
    const workspace = await createWorkspace(hub)
    await createEndpoint(workspace, url)
    const { id, eventId } = await waitingDelivery(workspace)
    await lease(id)
    const busy = await workspace.request('POST', `/v1/deliveries/${id}/resend`)
    expect([busy.status, busy.body.error.code]).toEqual([409, 'DELIVERY_BUSY'])
    await hub.pool.query('update delivery_queue set leased_until = null where id = $1', [id])
    await workspace.request('POST', `/v1/deliveries/${id}/cancel`)
    await hub.pool.query('delete from event_payloads where event_id = $1', [eventId])
    const gone = await workspace.request('POST', `/v1/deliveries/${id}/resend`)
    expect([gone.status, gone.body.error.code]).toEqual([409, 'PAYLOAD_GONE'])
  })

  it('puts a delivery of a limited endpoint in line for its gate', async () => {
    const workspace = await createWorkspace(hub)
    await createEndpoint(workspace, url, { maxInFlight: 1 })
    const { id } = await waitingDelivery(workspace)
    await workspace.request('POST', `/v1/deliveries/${id}/cancel`)
    await workspace.request('POST', `/v1/deliveries/${id}/resend`)
    const { rows } = await hub.pool.query('select held, gated from delivery_queue where id = $1', [id])
    expect(rows).toEqual([{ held: true, gated: true }])
  })
})
