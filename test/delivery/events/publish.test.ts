import { setTimeout as sleep } from 'node:timers/promises'
import { deleteEndpoint } from '../../../src/delivery/endpoints/endpoint-store.ts'
import { publishEvents } from '../../../src/delivery/events/publish.ts'
import { expandFanouts } from '../../../src/delivery/events/fanout.ts'
import { createEndpoint, deliveriesOf, publish } from '../../support/delivery.ts'
import { createTestHub, createTestServer, createWorkspace, call, type TestWorkspace } from '../../support/hub.ts'

const hub = await createTestHub()
const otherProcess = await createTestHub({ beside: hub })
const otherApp = await createTestServer(otherProcess)
await createTestServer(hub)
const url = 'http://127.0.0.1:9/hook'

const queuedFor = async (workspace: TestWorkspace, eventId: string) =>
  (await deliveriesOf(workspace, `?eventId=${eventId}`)).map(delivery => delivery.endpointId).sort()

describe('publishing', () => {
  it('queues an event for the endpoints that subscribe to its type', async () => {
    const workspace = await createWorkspace(hub)
    const all = await createEndpoint(workspace, url)
    const invoices = await createEndpoint(workspace, url, { eventTypes: ['invoice.*'] })
    const paid = await createEndpoint(workspace, url, { eventTypes: ['order.made', 'invoice.paid'] })
    await createEndpoint(workspace, url, { eventTypes: ['invoice'] })
    expect(await queuedFor(workspace, await publish(workspace, 'invoice.paid'))).toEqual([all.id, invoices.id, paid.id])
    expect(await queuedFor(workspace, await publish(workspace, 'invoice.line.added'))).toEqual([all.id, invoices.id])
    expect(await queuedFor(workspace, await publish(workspace, 'invoiced'))).toEqual([all.id])
  })

  it('stores the bytes that it will send', async () => {
    const workspace = await createWorkspace(hub)
    const data = { text: 'é\u0000"\ud800', deep: [1, { a: null }] }
    const id = await publish(workspace, 'a.b', data)
    const event = await workspace.request<{ payload: object; publishedAt: string }>('GET', `/v1/events/${id}`)
    expect(event.body.payload).toEqual({ type: 'a.b', timestamp: event.body.publishedAt, data })
  })

  it('answers a repeat of an event id with the first result, and refuses another event under it', async () => {
    const workspace = await createWorkspace(hub)
    await createEndpoint(workspace, url)
    const body = { type: 'a.b', data: { n: 1 }, eventId: 'order-1' }
    const first = await workspace.request('POST', '/v1/events', body)
    const second = await workspace.request('POST', '/v1/events', body)
    expect([second.status, second.body]).toEqual([202, { id: first.body.id, repeated: true }])
    const other = await workspace.request('POST', '/v1/events', { ...body, data: { n: 2 } })
    expect([other.status, other.body.error.code]).toEqual([409, 'EVENT_ID_CONFLICT'])
    expect(await deliveriesOf(workspace)).toHaveLength(1)
    const another = await createWorkspace(hub)
    expect((await another.request('POST', '/v1/events', body)).body['repeated']).toBe(false)
  })

  it('publishes one of many that come at once with one event id, from any process', async () => {
    const workspace = await createWorkspace(hub)
    await createEndpoint(workspace, url)
    const body = { type: 'a.b', data: 1, eventId: 'once' }
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        index % 2 === 0
          ? workspace.request('POST', '/v1/events', body)
          : call(otherApp, workspace.apiKey, 'POST', '/v1/events', body),
      ),
    )
    expect(new Set(answers.map(answer => answer.body.id)).size).toBe(1)
    expect(answers.filter(answer => answer.body['repeated'] === false)).toHaveLength(1)
    expect(await deliveriesOf(workspace)).toHaveLength(1)
  })

  it('reaches an endpoint that another process made just before', async () => {
    const workspace = await createWorkspace(hub)
    for (let round = 0; round < 5; round++) {
      await publish(workspace)
      const endpoint = await call<{ id: string }>(otherApp, workspace.apiKey, 'POST', '/v1/endpoints', { url })
      expect(await queuedFor(workspace, await publish(workspace))).toContain(endpoint.body.id)
    }
  })

  it('publishes with the transaction that it is part of, or not at all', async () => {
    const workspace = await createWorkspace(hub)
    await createEndpoint(workspace, url)
    const failing = hub.db.transaction().execute(async tx => {
      await publishEvents(hub, tx, workspace.workspaceId, [{ type: 'a.b', data: 1 }])
      throw new Error('undone')
    })
    await expect(failing).rejects.toThrow('undone')
    expect(await deliveriesOf(workspace)).toHaveLength(0)
    await hub.db.transaction().execute(tx => publishEvents(hub, tx, workspace.workspaceId, [{ type: 'a.b', data: 1 }]))
    expect(await deliveriesOf(workspace)).toHaveLength(1)
  })

  it('takes up to 1,000 events in a call, together or not at all', async () => {
    const workspace = await createWorkspace(hub)
    const events = Array.from({ length: 1_000 }, (_, n) => ({ type: 'a.b', data: { n } }))
    const answer = await workspace.request('POST', '/v1/events', { events })
    expect([answer.status, answer.body.data.length]).toEqual([202, 1_000])
    const refused = await workspace.request('POST', '/v1/events', { events: [...events, { type: 'a.b', data: 1 }] })
    expect(refused.status).toBe(400)
    const oneWrong = await workspace.request('POST', '/v1/events', { events: [events[0], { type: 'a b', data: 1 }] })
    expect(oneWrong.status).toBe(400)
    const { rows } = await hub.pool.query('select from events where workspace_id = $1', [workspace.workspaceId])
    expect(rows).toHaveLength(1_000)
  })

  it('refuses what is too large, malformed or unknown, with a clear error', async () => {
    const workspace = await createWorkspace(hub)
    const large = await workspace.request('POST', '/v1/events', { type: 'a.b', data: 'x'.repeat(1_100_000) })
    expect([large.status, large.body.error.code]).toEqual([413, 'BODY_TOO_LARGE'])
    for (const body of [
      { type: 'a..b', data: 1 },
      { type: 'a.b' },
      { type: 'a.b', data: 1, more: 2 },
      { events: [] },
    ]) {
      expect((await workspace.request('POST', '/v1/events', body)).status).toBe(400)
    }
  })

  it('refuses data that is nested too deeply to be written down', async () => {
    const workspace = await createWorkspace(hub)
    const body = `{"type":"a.b","data":${'['.repeat(300_000)}${']'.repeat(300_000)}}`
    const refused = await workspace.request('POST', '/v1/events', body)
    expect([refused.status, refused.body.error.code]).toEqual([400, 'INVALID_REQUEST'])
  })

  it('does not remember endpoints that a transaction made and undid', async () => {
    const workspace = await createWorkspace(hub)
    const endpoint = await createEndpoint(workspace, url)
    await publish(workspace)
    const undone = hub.db.transaction().execute(async tx => {
      await deleteEndpoint(tx, workspace.workspaceId, endpoint.id)
      await publishEvents(hub, tx, workspace.workspaceId, [{ type: 'a.b', data: 1 }])
      throw new Error('undone')
    })
    await expect(undone).rejects.toThrow('undone')
    // Another change raises the version to the one that the transaction saw.
    const second = await call<{ id: string }>(otherApp, workspace.apiKey, 'POST', '/v1/endpoints', { url })
    expect(await queuedFor(workspace, await publish(workspace))).toEqual([endpoint.id, second.body.id])
  })

  it('lists events by type and by the time that they were published at', async () => {
    const workspace = await createWorkspace(hub)
    const first = await publish(workspace, 'a.b')
    await sleep(5)
    const between = new Date().toISOString()
    await sleep(5)
    const second = await publish(workspace, 'a.b')
    const third = await publish(workspace, 'c')
    const list = async (query: string) =>
      (await workspace.request('GET', `/v1/events?${query}`)).body.data.map(event => event['id'])
    expect(await list(`after=${between}`)).toEqual([third, second])
    expect(await list(`before=${between}`)).toEqual([first])
    expect(await list(`after=${between}&type=a.b`)).toEqual([second])
    expect(await list('after=1900-01-01T00:00:00Z&limit=1')).toEqual([third])
    expect((await workspace.request('GET', '/v1/events?after=yesterday')).status).toBe(400)
  })

  it('keeps one bad event from failing those that share its commit', async () => {
    const workspace = await createWorkspace(hub)
    const good = Array.from({ length: 20 }, () => publish(workspace))
    // Postgres's text takes no NUL: nothing that the API lets through, but what a bug could.
    const bad = publishEvents(hub, hub.db, workspace.workspaceId, [{ type: 'a.b', data: 1, eventId: 'a\u0000b' }])
    await expect(bad).rejects.toThrow()
    expect(new Set(await Promise.all(good)).size).toBe(20)
  })

  it('expands an event for more than 10,000 endpoints in steps', async () => {
    const workspace = await createWorkspace(hub)
    await createEndpoint(workspace, url)
    await hub.pool.query(
      `insert into endpoints (id, workspace_id, url)
       select 'ep_' || lpad(n::text, 26, '0'), $1, $2 from generate_series(1, 10001) n`,
      [workspace.workspaceId, url],
    )
    await hub.pool.query('update delivery_settings set endpoints_version = endpoints_version + 1')
    const id = await publish(workspace)
    const count = async () =>
      (await hub.pool.query<{ n: number }>('select count(*) n from delivery_queue where event_id = $1', [id])).rows[0]!
        .n
    expect(await count()).toBe(0)
    while ((await expandFanouts(hub, hub.pool)) > 0);
    expect(await count()).toBe(10_002)
    const { rows } = await hub.pool.query('select from event_fanouts')
    expect(rows).toHaveLength(0)
  })
})
