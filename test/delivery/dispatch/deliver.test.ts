import { setTimeout as sleep } from 'node:timers/promises'
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
import { createWorkspace } from '../../support/hub.ts'

const receiver = await startTestReceiver()
const hub = await createDeliveringHub()

describe('delivering', () => {
  it('sends what was published, signed so that the library of Standard Webhooks verifies it', async () => {
    const { workspace, hook } = await createSubscriber(hub, receiver, 'signed')
    const id = await publish(workspace, 'invoice.paid', { amount: 7, note: 'é' })
    const [delivery] = await settled(workspace, id)
    expect(delivery).toMatchObject({ status: 'delivered', attempts: 1, error: null })
    const arrivals = hook.arrivals()
    expect(arrivals).toEqual([expect.objectContaining({ id, verified: true, type: 'invoice.paid' })])
    expect(JSON.parse(arrivals[0]!.body)).toMatchObject({ type: 'invoice.paid', data: { amount: 7, note: 'é' } })
  })

  it('tries again after a failure, with the same id, and tells each attempt', async () => {
    const { workspace, hook } = await createSubscriber(hub, receiver, 'retried')
    hook.answerWith({ status: 500, times: 2 })
    const id = await publish(workspace)
    const [delivery] = await settled(workspace, id)
    expect(delivery).toMatchObject({ status: 'delivered', attempts: 3 })
    expect(hook.arrivals().map(arrival => [arrival.id, arrival.verified])).toEqual(Array(3).fill([id, true]))
    const attempts = await workspace.request('GET', `/v1/deliveries/${delivery!.id}/attempts`)
    expect(attempts.body.data.map(one => [one['number'], one['error'], one['statusCode']])).toEqual([
      [1, 'status 500', 500],
      [2, 'status 500', 500],
      [3, null, 200],
    ])
    expect(attempts.body.data[0]).toMatchObject({ answer: 'answered 500 as told' })
  })

  it('gives up when the schedule is exhausted, and sends it again when asked to', async () => {
    const { workspace, hook } = await createSubscriber(hub, receiver, 'exhausted', { retryDelaysMs: [0, 50] })
    hook.answerWith(400)
    const id = await publish(workspace)
    const [failed] = await settled(workspace, id)
    expect(failed).toMatchObject({ status: 'failed', reason: 'exhausted', attempts: 2, error: 'status 400' })
    hook.answerWith(200)
    expect((await workspace.request('POST', `/v1/deliveries/${failed!.id}/resend`)).status).toBe(202)
    await until(async () => (await deliveriesOf(workspace, `?eventId=${id}`))[0]!.status === 'delivered')
    expect(hook.arrivals().map(arrival => arrival.id)).toEqual([id, id, id])
    const attempts = await workspace.request('GET', `/v1/deliveries/${failed!.id}/attempts`)
    expect(attempts.body.data.map(one => one['number'])).toEqual([1, 2, 3])
  })

  it('does not follow redirects: a 3xx fails', async () => {
    const elsewhere = receiver.hook('elsewhere')
    const { workspace, hook } = await createSubscriber(hub, receiver, 'redirecting', { retryDelaysMs: [0] })
    hook.answerWith({ status: 307, location: elsewhere.url })
    const [delivery] = await settled(workspace, await publish(workspace))
    expect(delivery).toMatchObject({ status: 'failed', error: 'redirect 307' })
    expect(elsewhere.summary().total).toBe(0)
  })

  it('disables an endpoint that answers 410, and tells so', async () => {
    const { workspace, hook, endpoint } = await createSubscriber(hub, receiver, 'gone')
    const watcher = receiver.hook('gone-watcher')
    await createEndpoint(workspace, watcher.url, { eventTypes: ['endpoint.disabled'] })
    hook.answerWith(410)
    const [delivery] = await settled(workspace, await publish(workspace))
    expect(delivery).toMatchObject({ status: 'failed', reason: 'endpoint_gone' })
    await until(() => watcher.summary().total === 1)
    expect(JSON.parse(watcher.arrivals()[0]!.body)).toMatchObject({ data: { endpointId: endpoint.id, reason: 'gone' } })
    const shown = await workspace.request('GET', `/v1/endpoints/${endpoint.id}`)
    expect(shown.body).toMatchObject({ status: 'disabled', disabledReason: 'gone' })
    expect(await deliveriesOf(workspace, `?eventId=${await publish(workspace)}`)).toEqual([])
  })

  it('waits as long as a 429 asks for, and the others of the endpoint with it', async () => {
    const settings = { retryDelaysMs: [0, 1_000], maxInFlight: 1 }
    const { workspace, hook } = await createSubscriber(hub, receiver, 'throttling', settings)
    hook.answerWith({ status: 429, retryAfterSeconds: 2, times: 1 })
    const ids = [await publish(workspace), await publish(workspace), await publish(workspace)]
    for (const id of ids) await settled(workspace, id)
    const [first, ...others] = hook.arrivals()
    expect(others).toHaveLength(3)
    for (const other of others) expect(other.receivedAtMs - first!.receivedAtMs).toBeGreaterThan(1_900)
  })

  it('ends an exchange that takes too long, whether the answer or its body does not come', async () => {
    const settings = { retryDelaysMs: [0], timeoutMs: 1_000 }
    const { workspace, hook } = await createSubscriber(hub, receiver, 'hanging', settings)
    hook.answerWith({ body: 'hang' })
    const hanging = await settled(workspace, await publish(workspace))
    expect(hanging[0]).toMatchObject({ status: 'failed', error: 'timeout' })
    hook.answerWith({ delayMs: 1_500 })
    const slow = await settled(workspace, await publish(workspace))
    expect(slow[0]).toMatchObject({ status: 'failed', error: 'timeout' })
  })

  it('cuts a body that does not end, and keeps 16 KiB of it', async () => {
    const { workspace, hook } = await createSubscriber(hub, receiver, 'endless')
    hook.answerWith({ body: 'endless' })
    const [delivery] = await settled(workspace, await publish(workspace))
    expect(delivery!.status).toBe('delivered')
    const attempts = await workspace.request('GET', `/v1/deliveries/${delivery!.id}/attempts`)
    expect(String(attempts.body.data[0]!['answer'])).toHaveLength(16_384)
  })

  it('names the class of what went wrong on the way', async () => {
    const { workspace, hook } = await createSubscriber(hub, receiver, 'cut', { retryDelaysMs: [0] })
    hook.answerWith({ body: 'cut' })
    expect((await settled(workspace, await publish(workspace)))[0]!.error).toBe('reset')
    const others = { 'http://127.0.0.1:9/': 'connect', 'http://does-not-exist.invalid/': 'dns' }
    for (const [url, error] of Object.entries(others)) {
      const other = await createWorkspace(hub)
      await createEndpoint(other, url, { retryDelaysMs: [0] })
      expect((await settled(other, await publish(other)))[0]!.error).toBe(error)
    }
  })

  it('sends its own headers, and both signatures while a secret is rotated', async () => {
    const headers = { Authorization: 'Bearer abc' }
    const { workspace, hook, endpoint } = await createSubscriber(hub, receiver, 'rotated', { headers })
    const rotated = await workspace.request('POST', `/v1/endpoints/${endpoint.id}/rotate-secret`, {})
    expect(rotated.status).toBe(200)
    await settled(workspace, await publish(workspace))
    hook.verifyWith(String(rotated.body['secret']))
    await settled(workspace, await publish(workspace))
    expect(hook.arrivals().map(arrival => arrival.verified)).toEqual([true, true])
    await workspace.request('POST', `/v1/endpoints/${endpoint.id}/rotate-secret`, { overlapSeconds: 0 })
    await settled(workspace, await publish(workspace))
    expect(hook.arrivals().at(-1)!.verified).toBe(false)
    const shown = await workspace.request('GET', `/v1/endpoints/${endpoint.id}`)
    expect(shown.body['headerNames']).toEqual(['authorization'])
    expect(JSON.stringify(shown.body)).not.toMatch(/abc|whsec/)
  })

  it('sends a test event to one endpoint alone, whatever it subscribes to', async () => {
    const { workspace, hook, endpoint } = await createSubscriber(hub, receiver, 'tested', { eventTypes: ['x.y'] })
    await createEndpoint(workspace, receiver.hook('untested').url)
    const sent = await workspace.request('POST', `/v1/endpoints/${endpoint.id}/test`)
    expect(sent.status).toBe(202)
    await settled(workspace, sent.body.id)
    expect(hook.arrivals()).toEqual([
      expect.objectContaining({ id: sent.body.id, type: 'endpoint.test', verified: true }),
    ])
    expect(receiver.hook('untested').summary().total).toBe(0)
  })

  it('holds what is published while an endpoint is paused, and sends it after', async () => {
    const { workspace, hook, endpoint } = await createSubscriber(hub, receiver, 'paused')
    await workspace.request('POST', `/v1/endpoints/${endpoint.id}/pause`)
    const id = await publish(workspace)
    await sleep(300)
    expect(hook.summary().total).toBe(0)
    expect((await deliveriesOf(workspace, '?status=held')).map(one => one.eventId)).toEqual([id])
    await workspace.request('POST', `/v1/endpoints/${endpoint.id}/resume`)
    await settled(workspace, id)
    expect(hook.summary().total).toBe(1)
  })

  it('fails what waits for an endpoint that is disabled or deleted', async () => {
    const { workspace, hook, endpoint } = await createSubscriber(hub, receiver, 'ended', { retryDelaysMs: [0, 60_000] })
    const doomed = await createEndpoint(workspace, hook.url, { retryDelaysMs: [0, 60_000] })
    hook.answerWith(500)
    const id = await publish(workspace)
    await until(async () => (await deliveriesOf(workspace, '?status=retrying')).length === 2)
    await workspace.request('POST', `/v1/endpoints/${endpoint.id}/disable`)
    await workspace.request('DELETE', `/v1/endpoints/${doomed.id}`)
    await hub.pool.query(`update delivery_queue set due_at = now() - interval '1 second' where event_id = $1`, [id])
    const reasons = (await settled(workspace, id)).map(one => one.reason).sort()
    expect(reasons).toEqual(['endpoint_deleted', 'endpoint_disabled'])
  })

  it('keeps a slow endpoint with a backlog from holding the others back', async () => {
    const { workspace: slow, hook: slowHook } = await createSubscriber(hub, receiver, 'slow')
    const { workspace: quick, hook: quickHook } = await createSubscriber(hub, receiver, 'quick')
    slowHook.answerWith({ delayMs: 1_500 })
    const events = Array.from({ length: 1_000 }, () => ({ type: 'a.b', data: 1 }))
    await slow.request('POST', '/v1/events', { events })
    await sleep(500)
    const delays: number[] = []
    for (let n = 0; n < 20; n++) {
      const at = Date.now()
      await publish(quick)
      await until(() => quickHook.summary().total > n)
      delays.push(Date.now() - at)
    }
    expect(Math.max(...delays)).toBeLessThan(400)
    slowHook.answerWith(200)
    await until(() => slowHook.summary().distinct === 1_000)
    await until(async () => (await deliveriesOf(slow, '?status=held')).length === 0)
  })

  it('sends one event to many endpoints, some of them slow and some held, from one payload', async () => {
    const workspace = await createWorkspace(hub)
    const hook = receiver.hook('many')
    const slow = receiver.hook('many-slow')
    slow.answerWith({ delayMs: 50 })
    const endpoints = await Promise.all(
      Array.from({ length: 60 }, (_, n) => createEndpoint(workspace, n % 3 === 0 ? slow.url : hook.url)),
    )
    await workspace.request('POST', `/v1/endpoints/${endpoints[1]!.id}/pause`)
    const events = Array.from({ length: 50 }, (_, n) => ({ type: 'a.b', data: { n } }))
    await workspace.request('POST', '/v1/events', { events })
    await until(() => hook.summary().total === 39 * 50 && slow.summary().total === 20 * 50)
    await workspace.request('POST', `/v1/endpoints/${endpoints[1]!.id}/resume`)
    await until(() => hook.summary().total === 40 * 50)
    expect(await deliveriesOf(workspace, '?status=failed')).toEqual([])
  })

  it("is its workspace's own", async () => {
    const { workspace, endpoint } = await createSubscriber(hub, receiver, 'mine')
    const id = await publish(workspace)
    const [delivery] = await settled(workspace, id)
    const other = await createWorkspace(hub)
    const asked = [
      ['GET', `/v1/endpoints/${endpoint.id}`],
      ['DELETE', `/v1/endpoints/${endpoint.id}`],
      ['POST', `/v1/endpoints/${endpoint.id}/disable`],
      ['POST', `/v1/endpoints/${endpoint.id}/test`],
      ['GET', `/v1/events/${id}`],
      ['GET', `/v1/deliveries/${delivery!.id}`],
      ['GET', `/v1/deliveries/${delivery!.id}/attempts`],
      ['POST', `/v1/deliveries/${delivery!.id}/resend`],
    ] as const
    for (const [method, url] of asked) expect((await other.request(method, url)).status).toBe(404)
    for (const list of ['/v1/deliveries', `/v1/deliveries?eventId=${id}`, `/v1/deliveries?endpointId=${endpoint.id}`]) {
      expect((await other.request('GET', list)).body.data).toEqual([])
    }
    expect((await workspace.request('GET', `/v1/endpoints/${endpoint.id}`)).body['status']).toBe('open')
  })

  it('refuses endpoints that lead to private places, and what is not a secret, header or pattern', async () => {
    const workspace = await createWorkspace(hub)
    for (const url of ['http://10.0.0.1/', 'http://169.254.169.254/', 'ftp://example.com', 'http://[::1]/', 'x']) {
      const refused = await workspace.request('POST', '/v1/endpoints', { url })
      expect([url, refused.status, refused.body.error.code]).toEqual([url, 400, 'INVALID_URL'])
    }
    const url = 'https://example.com/'
    const wrong = [
      { secret: 'whsec_c2hvcnQ=' },
      { headers: { 'Webhook-Id': 'x' } },
      { headers: { good: 'bad\nvalue' } },
      { eventTypes: ['a*'] },
      { eventTypes: [] },
    ]
    for (const one of wrong) {
      expect((await workspace.request('POST', '/v1/endpoints', { url, ...one })).status).toBe(400)
    }
    const brought = `whsec_${Buffer.alloc(32, 3).toString('base64')}`
    const made = await workspace.request('POST', '/v1/endpoints', { url, secret: brought })
    expect([made.status, made.body['secret']]).toEqual([201, brought])
  })
})
