import type { ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  createDeliveringHub,
  createEndpoint,
  deliveriesOf,
  quickPolicy,
  settled,
  until,
} from '../../support/delivery.ts'
import { createWorkspace } from '../../support/hub.ts'
import { startSteady, type Steady } from '../../support/steady.ts'
import { publishMany, startTroubled } from '../../support/troubled.ts'

// What each answer means for its delivery; when an endpoint as a whole is in trouble is another file's.
const hub = await createDeliveringHub({ deliveryPolicy: { ...quickPolicy, troubleAfterMs: 3_600_000 } })
let steady: Steady

beforeAll(async () => {
  steady = await startSteady(hub)
})

async function subscribe(settings: Record<string, unknown>) {
  const receiver = await startTroubled()
  const workspace = await createWorkspace(hub)
  const endpoint = await createEndpoint(workspace, receiver.url, { eventTypes: ['a.b'], ...settings })
  return { receiver, workspace, endpoint }
}

async function attemptsOf(workspace: Awaited<ReturnType<typeof createWorkspace>>, deliveryId: string) {
  return (await workspace.request('GET', `/v1/deliveries/${deliveryId}/attempts`)).body.data
}

describe('beside a healthy endpoint', () => {
  it('one that takes 10 s to answer gets few requests at once, and its backlog in the end', async () => {
    const { receiver, workspace } = await subscribe({})
    const underWay = new Set<ServerResponse>()
    let slow = true
    receiver.answerBy((_request, response) => {
      if (!slow) return void response.writeHead(200).end()
      underWay.add(response)
      setTimeout(() => !response.headersSent && response.writeHead(200).end(), 10_000)
    })
    const ids = await publishMany(workspace, 2_000)
    await until(() => receiver.seen.length >= 16)
    await steady.keepsItsP99()
    await until(() => receiver.accepted().size > 0)
    expect(receiver.mostAtOnce()).toBeLessThanOrEqual(16)
    await until(async () => (await deliveriesOf(workspace, '?status=delivered')).length > 0)
    const [delivered] = await deliveriesOf(workspace, '?status=delivered')
    const [attempt, ...more] = await attemptsOf(workspace, delivered!.id)
    expect([attempt!['error'], more]).toEqual([null, []])
    expect(attempt!['durationMs']).toBeGreaterThanOrEqual(9_900)
    // What waits for its turn has spent no attempt.
    const { rows } = await hub.pool.query<{ spent: number }>(
      'select max(attempts)::int as spent from delivery_queue where workspace_id = $1',
      [workspace.workspaceId],
    )
    expect(rows[0]!.spent).toBe(0)
    slow = false
    for (const response of underWay) if (!response.headersSent) response.writeHead(200).end()
    await until(() => receiver.accepted().size === ids.length)
    expect(receiver.seen).toHaveLength(ids.length)
  })

  it.each([
    ['in seconds', () => '2', 2_000],
    // A date has no fractions of a second.
    ['as a date', () => new Date(Date.now() + 3_000).toUTCString(), 2_000],
  ])(
    'one that answers 429 with a Retry-After %s is left alone for as long',
    async (_form, retryAfter, atLeastMs) => {
      const { receiver, workspace } = await subscribe({ retryDelaysMs: [0, 1_000, 1_000, 1_000] })
      let throttling = true
      receiver.answerBy((_request, response) => {
        if (throttling) response.writeHead(429, { 'retry-after': retryAfter() }).end()
        else response.writeHead(200).end()
      })
      const ids = await publishMany(workspace, 200)
      await until(() => receiver.seen.length > 0)
      await sleep(500)
      // The first burst, and nothing after it.
      const throttled = receiver.seen.length
      throttling = false
      expect(throttled).toBeLessThanOrEqual(16)
      await steady.keepsItsP99()
      await until(() => receiver.accepted().size === ids.length)
      const lastRefusedAt = Math.max(...receiver.seen.slice(0, throttled).map(one => one.atMs))
      expect(receiver.seen[throttled]!.atMs - lastRefusedAt).toBeGreaterThanOrEqual(atLeastMs - 50)
      // Only those that were refused have spent an attempt on it.
      expect(receiver.seen).toHaveLength(ids.length + throttled)
      const refused = await settled(workspace, receiver.seen[0]!.id)
      expect(refused).toEqual([expect.objectContaining({ status: 'delivered', attempts: 2 })])
      const untouched = ids.find(id => receiver.seen.slice(0, throttled).every(one => one.id !== id))!
      expect((await settled(workspace, untouched))[0]).toMatchObject({ status: 'delivered', attempts: 1 })
    },
    60_000,
  )

  it('one whose Retry-After asks for years is tried again after four times its next delay', async () => {
    const { receiver, workspace } = await subscribe({ retryDelaysMs: [0, 500, 500] })
    receiver.answerBy((_request, response) => {
      const first = receiver.seen.length === 1
      response.writeHead(first ? 429 : 200, first ? { 'retry-after': '99999999' } : {}).end()
    })
    const [id] = await publishMany(workspace, 1)
    await settled(workspace, id!)
    const [first, second] = receiver.seen.map(one => one.atMs)
    expect(second! - first!).toBeGreaterThanOrEqual(1_950)
    expect(second! - first!).toBeLessThan(3_500)
  })

  it('one that answers 410 is disabled, told of once, and called no more', async () => {
    const { receiver, workspace, endpoint } = await subscribe({})
    const watcher = await startTroubled()
    const told: unknown[] = []
    watcher.answerBy(({ body }, response) => {
      told.push((JSON.parse(body) as { data: unknown }).data)
      response.writeHead(200).end()
    })
    await createEndpoint(workspace, watcher.url, { eventTypes: ['endpoint.*'] })
    receiver.answerBy((_request, response) => response.writeHead(410).end())
    const ids = await publishMany(workspace, 300)
    await until(async () => {
      const { body } = await workspace.request('GET', `/v1/endpoints/${endpoint.id}`)
      return body['status'] === 'disabled' && body['disabledReason'] === 'gone'
    })
    await steady.keepsItsP99()
    const called = receiver.seen.length
    await until(async () => {
      const { rows } = await hub.pool.query('select from delivery_queue where workspace_id = $1', [
        workspace.workspaceId,
      ])
      return rows.length === 0
    })
    const { rows } = await hub.pool.query<{ reason: string; attempts: number; count: number }>(
      `select reason, attempts, count(*)::int from deliveries where endpoint_id = $1 group by reason, attempts`,
      [endpoint.id],
    )
    expect(rows.toSorted((a, b) => a.attempts - b.attempts)).toEqual([
      { reason: 'endpoint_disabled', attempts: 0, count: ids.length - called },
      { reason: 'endpoint_gone', attempts: 1, count: called },
    ])
    expect(receiver.seen).toHaveLength(called)
    expect(told).toEqual([{ endpointId: endpoint.id, reason: 'gone' }])
  })

  it('one that never ends its body is given its timeout and no more', async () => {
    const { receiver, workspace } = await subscribe({ retryDelaysMs: [0, 100], timeoutMs: 1_000 })
    receiver.answerBy((_request, response) => {
      response.writeHead(200)
      const timer = setInterval(() => response.write('and so on, '), 50)
      response.on('close', () => clearInterval(timer))
    })
    const ids = await publishMany(workspace, 32)
    await until(() => receiver.seen.length > 0)
    await steady.keepsItsP99()
    for (const id of ids.slice(0, 5)) {
      const [delivery] = await settled(workspace, id)
      expect(delivery).toMatchObject({ status: 'failed', reason: 'exhausted', attempts: 2, error: 'timeout' })
      for (const attempt of await attemptsOf(workspace, delivery!.id)) {
        expect(attempt).toMatchObject({ error: 'timeout', statusCode: 200 })
        expect(attempt['durationMs']).toBeGreaterThanOrEqual(1_000)
        expect(attempt['durationMs']).toBeLessThan(2_500)
      }
    }
  })

  it('one that sends 1 GB is heard for 64 KiB, of which 16 are kept', async () => {
    const { receiver, workspace } = await subscribe({})
    const chunk = Buffer.alloc(64 * 1024, 'x')
    const written: number[] = []
    receiver.answerBy((_request, response) => {
      const { socket } = response
      const before = socket!.bytesWritten
      response.writeHead(200, { 'content-length': 1_000_000_000 })
      const more = () => {
        while (!response.destroyed && response.write(chunk));
      }
      response.on('drain', more)
      response.on('close', () => written.push(socket!.bytesWritten - before))
      more()
    })
    const ids = await publishMany(workspace, 32)
    await until(() => receiver.seen.length > 0)
    await steady.keepsItsP99()
    for (const id of ids) {
      expect(await settled(workspace, id, 20_000)).toEqual([
        expect.objectContaining({ status: 'delivered', attempts: 1 }),
      ])
    }
    const [attempt] = await attemptsOf(workspace, (await deliveriesOf(workspace))[0]!.id)
    expect(String(attempt!['answer'])).toHaveLength(16 * 1024)
    await until(() => written.length === ids.length)
    // What the sockets on the way hold, and nothing like a gigabyte.
    expect(Math.max(...written)).toBeLessThan(16 * 1024 * 1024)
  })
})
