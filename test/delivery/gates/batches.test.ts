import { Webhook } from 'standardwebhooks'
import { publishEvents } from '../../../src/delivery/events/publish.ts'
import {
  createDeliveringHub,
  createEndpoint,
  publish,
  settled,
  startAnsweringServer,
  startTestReceiver,
  until,
} from '../../support/delivery.ts'
import { createWorkspace, type TestWorkspace } from '../../support/hub.ts'

const hub = await createDeliveringHub()
const receiver = await startTestReceiver()

interface Batch {
  type: string
  events: { id: string; payload: { type: string; timestamp: string; data: { n: number; key?: string } } }[]
}
interface Request {
  id: string
  headers: Record<string, string>
  body: string
  batch: Batch
}

/** A server whose answers a test decides; it keeps every request. */
async function batchServer() {
  const requests: Request[] = []
  const server = { url: '', requests, answer: (_batch: Batch): number => 200 }
  server.url = await startAnsweringServer(({ headers, body }, response) => {
    const batch = JSON.parse(body) as Batch
    requests.push({ id: String(headers['webhook-id']), headers: headers as Record<string, string>, body, batch })
    setTimeout(() => response.writeHead(server.answer(batch)).end(), 5)
  })
  return server
}
const whole = await batchServer()
const failing = await batchServer()
const poisoned = await batchServer()
const ordered = await batchServer()
const single = await batchServer()

const publishMany = (workspace: TestWorkspace, count: number, keys = 0) =>
  publishEvents(
    hub,
    hub.db,
    workspace.workspaceId,
    Array.from({ length: count }, (_, n) => {
      const key = keys > 0 ? { orderingKey: `key-${n % keys}` } : {}
      return { type: 'a.b', data: { n, ...(keys > 0 ? { key: `key-${n % keys}` } : {}) }, ...key }
    }),
  )
const sizes = (requests: readonly Request[]) => requests.map(request => request.batch.events.length)

describe('an endpoint with batches', () => {
  it('gets several events in one POST, each with its stored bytes, signed as a whole', async () => {
    const workspace = await createWorkspace(hub)
    const endpoint = await createEndpoint(workspace, whole.url, { batchSize: 25 })
    const events = await publishMany(workspace, 100)
    await until(() => sizes(whole.requests).reduce((sum, size) => sum + size, 0) === 100)
    expect(whole.requests.length).toBeLessThan(12)
    expect(Math.max(...sizes(whole.requests))).toBe(25)
    const webhook = new Webhook(endpoint.secret)
    for (const { headers, body, batch, id } of whole.requests) {
      expect(() => webhook.verify(body, headers)).not.toThrow()
      expect(batch.type).toBe('batch')
      expect(id).toMatch(/^batch_[0-9a-f]{32}$/)
    }
    const got = whole.requests.flatMap(request => request.batch.events)
    expect(got.map(event => event.id).sort()).toEqual(events.map(event => event.id).sort())
    expect(got[0]!.payload).toMatchObject({ type: 'a.b', data: { n: expect.any(Number) as number } })
    expect(await settled(workspace, events[7]!.id)).toMatchObject([{ status: 'delivered', attempts: 1 }])
  })

  it('is sent a batch again with the same id when its composition is the same', async () => {
    const workspace = await createWorkspace(hub)
    await createEndpoint(workspace, failing.url, { batchSize: 10 })
    let failures = 0
    failing.answer = () => (failures++ === 0 ? 503 : 200)
    const events = await publishMany(workspace, 3)
    expect(await settled(workspace, events[0]!.id)).toMatchObject([{ status: 'delivered', attempts: 2 }])
    expect(new Set(failing.requests.map(request => request.id)).size).toBe(1)
    expect(sizes(failing.requests)).toEqual([3, 3])
  })

  it('is not kept from its other events by one that it refuses', async () => {
    const workspace = await createWorkspace(hub)
    await createEndpoint(workspace, poisoned.url, { batchSize: 32, retryDelaysMs: [0, 60_000] })
    poisoned.answer = batch => (batch.events.some(event => event.payload.data.n === 13) ? 422 : 200)
    const events = await publishMany(workspace, 32)
    for (const [n, { id }] of events.entries())
      if (n !== 13) expect((await settled(workspace, id))[0]!.status).toBe('delivered')
    expect(poisoned.requests.at(-1)!.batch.events.length).toBeLessThanOrEqual(16)
    const alone = () =>
      poisoned.requests.filter(({ batch }) => batch.events.length === 1 && batch.events[0]!.payload.data.n === 13)
    await until(() => alone().length === 1)
    expect(poisoned.requests.length).toBeLessThan(20)
    // The halving has cost the others no step of the schedule, and the culprit its first one only.
    const { rows } = await hub.pool.query<{ step: number; status: string }>(
      'select step from delivery_queue where workspace_id = $1',
      [workspace.workspaceId],
    )
    await until(async () => {
      const { rows: left } = await hub.pool.query('select from delivery_queue where workspace_id = $1 and step = 1', [
        workspace.workspaceId,
      ])
      return left.length === 1
    })
    expect(rows).toHaveLength(1)
  })

  it('gets the events of a key in their order, several of one key in one batch', async () => {
    const workspace = await createWorkspace(hub)
    await createEndpoint(workspace, ordered.url, { batchSize: 20, ordered: true })
    let [answered, most] = [0, 0]
    const accepted = new Map<string, number[]>()
    ordered.answer = batch => {
      if (++answered % 4 === 2) return 500
      for (const { payload } of batch.events) {
        const { key, n } = payload.data
        accepted.set(key!, [...(accepted.get(key!) ?? []), n])
      }
      most = Math.max(most, batch.events.filter(event => event.payload.data.key === 'key-0').length)
      return 200
    }
    await publishMany(workspace, 300, 6)
    await until(() => [...accepted.values()].flat().length === 300)
    for (const numbers of accepted.values()) expect(numbers).toEqual([...numbers].sort((a, b) => a - b))
    expect(most).toBeGreaterThan(1)
  })

  it('gets a single event as a batch of one, at once', async () => {
    const workspace = await createWorkspace(hub)
    await createEndpoint(workspace, single.url, { batchSize: 100 })
    await publish(workspace, 'a.b', { n: 1 })
    await until(() => single.requests.length === 1)
    expect(sizes(single.requests)).toEqual([1])
  })
})

describe('the settings of a gate', () => {
  it('hold for what was published before, when they are made', async () => {
    const workspace = await createWorkspace(hub)
    const hook = receiver.hook('became-ordered')
    const endpoint = await createEndpoint(workspace, hook.url)
    await workspace.request('POST', `/v1/endpoints/${endpoint.id}/pause`)
    await publishMany(workspace, 30)
    const changed = await workspace.request('PATCH', `/v1/endpoints/${endpoint.id}`, { ordered: true })
    expect(changed.status).toBe(200)
    await publishEvents(hub, hub.db, workspace.workspaceId, [{ type: 'a.b', data: { n: 30 } }])
    await workspace.request('POST', `/v1/endpoints/${endpoint.id}/resume`)
    await until(() => hook.arrivals().length === 31)
    const numbers = hook.arrivals().map(arrival => (JSON.parse(arrival.body) as { data: { n: number } }).data.n)
    expect(numbers).toEqual(Array.from({ length: 31 }, (_, n) => n))
  })

  it('let go of what waits, when they are taken away', async () => {
    const workspace = await createWorkspace(hub)
    const hook = receiver.hook('no-longer-ordered')
    const endpoint = await createEndpoint(workspace, hook.url, { ordered: true, batchSize: 10 })
    await workspace.request('POST', `/v1/endpoints/${endpoint.id}/pause`)
    await publishMany(workspace, 50)
    await workspace.request('PATCH', `/v1/endpoints/${endpoint.id}`, { ordered: false })
    await publishMany(workspace, 50)
    await workspace.request('PATCH', `/v1/endpoints/${endpoint.id}`, { batchSize: 1 })
    await publishMany(workspace, 50)
    await workspace.request('POST', `/v1/endpoints/${endpoint.id}/resume`)
    await until(() => hook.summary().distinct === 150)
    await until(async () => {
      const { rows } = await hub.pool.query(
        'select id from delivery_queue where workspace_id = $1 union all select endpoint_id from endpoint_gates where workspace_id = $1',
        [workspace.workspaceId],
      )
      return rows.length === 0
    })
    expect(hook.summary().total).toBe(150)
  })

  it('end what waits when the endpoint is disabled or deleted', async () => {
    const workspace = await createWorkspace(hub)
    for (const how of ['disabled', 'deleted']) {
      const endpoint = await createEndpoint(workspace, receiver.hook(how).url, { ordered: true })
      await workspace.request('POST', `/v1/endpoints/${endpoint.id}/pause`)
      const [event] = await publishMany(workspace, 10)
      if (how === 'disabled') await workspace.request('POST', `/v1/endpoints/${endpoint.id}/disable`)
      else await workspace.request('DELETE', `/v1/endpoints/${endpoint.id}`)
      expect((await settled(workspace, event!.id, 15_000))[0]).toMatchObject({
        status: 'failed',
        reason: `endpoint_${how}`,
      })
    }
  })
})
