import { createHmac, randomBytes } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import { routeArrived } from '../../src/inbound/routing/route-arrived.ts'
import { sourceRepeatMs } from '../../src/inbound/policy.ts'
import { createTestHub, createTestServer, createWorkspace, type AnyBody } from '../support/hub.ts'

const hub = await createTestHub()
const server = await createTestServer(hub)
const workspace = await createWorkspace(hub)
const route = () => routeArrived(hub, 0, new AbortController().signal, () => undefined)

type Told = AnyBody & { webhookUrl: string }
const hmac = { kind: 'hmac', header: 'x-signature', encoding: 'hex' }
const create = (body: Record<string, unknown>) =>
  workspace.request<Told>('POST', '/v1/inbound-sources', { name: 'Theirs', scheme: hmac, secret: 's', ...body })

async function source(body: Record<string, unknown>) {
  const made = await create(body)
  expect([made.status, made.body]).toEqual([201, expect.anything()])
  return { url: `/v1/inbound-sources/${made.body.id}`, ...made.body }
}

async function post(webhookUrl: string, payload: string, headers: Record<string, string> = {}) {
  const answer = await server.inject({ method: 'POST', url: new URL(webhookUrl).pathname, payload, headers })
  return [answer.statusCode, answer.body]
}
const signed = (webhookUrl: string, body: unknown, headers: Record<string, string> = {}, secret = 's') => {
  const payload = JSON.stringify(body)
  const signature = createHmac('sha256', secret).update(payload).digest('hex')
  return post(webhookUrl, payload, { 'x-signature': signature, ...headers })
}
const statusOf = async (sent: Promise<unknown[]>) => (await sent)[0]

const published = async (type: string) => {
  const { rows } = await hub.pool.query<{ body: Buffer }>(
    `select p.body from events e join event_payloads p on p.event_id = e.id where e.type = $1 order by e.id`,
    [type],
  )
  return rows.map(row => (JSON.parse(row.body.toString()) as { data: Record<string, unknown> }).data)
}

describe('a source', () => {
  it('publishes what it sends under its slug, with the type that it names', async () => {
    const { id, webhookUrl } = await source({ slug: 'shipping', type: { path: 'event' } })
    expect(await statusOf(signed(webhookUrl, { event: 'parcel.sent', nr: 12 }))).toBe(202)
    expect(await statusOf(signed(webhookUrl, { event: 'not a type' }))).toBe(202)
    expect(await statusOf(signed(webhookUrl, { other: 1 }))).toBe(202)
    await route()
    const [sent] = await published('shipping.parcel.sent')
    expect(sent).toMatchObject({ sourceId: id, source: 'shipping', type: 'parcel.sent', payload: { nr: 12 } })
    expect(await published('shipping.received')).toMatchObject([
      { payload: { event: 'not a type' } },
      { payload: { other: 1 } },
    ])
    const list = await workspace.request('GET', `/v1/inbound-events?sourceId=${id}`)
    expect(list.body.data).toHaveLength(3)
    for (const event of list.body.data)
      expect(event).toMatchObject({ status: 'routed', provider: 'shipping', sourceId: id, connectionId: null })
    // Once more, it is published once more.
    expect((await workspace.request('POST', `/v1/inbound-events/${String(sent!.inboundEventId)}/replay`)).status).toBe(
      202,
    )
    await route()
    expect(await published('shipping.parcel.sent')).toHaveLength(2)
  })

  it('is known by its id of what it sends, else by content within a span of time', async () => {
    const byId = await source({ slug: 'by-id', deliveryId: { header: 'x-delivery' }, type: { header: 'x-event' } })
    const sent = { 'x-delivery': 'd-1', 'x-event': 'made' }
    expect(await statusOf(signed(byId.webhookUrl, { a: 1 }, sent))).toBe(202)
    expect(await statusOf(signed(byId.webhookUrl, { a: 2 }, sent))).toBe(200)
    // So that the span does not end between the two.
    const left = sourceRepeatMs - (Date.now() % sourceRepeatMs)
    if (left < 10_000) await new Promise(resolve => setTimeout(resolve, left))
    const byContent = await source({ slug: 'by-content' })
    expect(await statusOf(signed(byContent.webhookUrl, { a: 1 }))).toBe(202)
    await route()
    expect(await statusOf(signed(byContent.webhookUrl, { a: 1 }))).toBe(200)
    expect(await statusOf(signed(byContent.webhookUrl, { a: 2 }))).toBe(202)
    await route()
    expect(await published('by-id.made')).toHaveLength(1)
  })

  it('proves itself by its scheme, with two secrets while one is changed', async () => {
    const { url, webhookUrl } = await source({ slug: 'rolled' })
    expect(await statusOf(signed(webhookUrl, { a: 0 }, {}, 'wrong'))).toBe(401)
    expect(await statusOf(post(webhookUrl, '{}'))).toBe(401)
    expect((await workspace.request('PATCH', url, { secret: 't', secretOverlapSeconds: 60 })).status).toBe(200)
    expect(await statusOf(signed(webhookUrl, { a: 1 }, {}, 's'))).toBe(202)
    expect(await statusOf(signed(webhookUrl, { a: 2 }, {}, 't'))).toBe(202)
    await hub.pool.query(
      `update inbound_sources set secret_overlap_ends_at = now() - interval '1 second' where slug = 'rolled'`,
    )
    expect(await statusOf(signed(webhookUrl, { a: 3 }, {}, 's'))).toBe(401)
    const secret = `whsec_${randomBytes(24).toString('base64')}`
    const standard = { kind: 'standard-webhooks', headers: 'webhook', tolerance: '5m' }
    const theirs = await source({ slug: 'standard', scheme: standard, secret, deliveryId: { header: 'webhook-id' } })
    const at = new Date()
    const headers = {
      ...{ 'webhook-id': 'msg_1', 'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)) },
      'webhook-signature': new Webhook(secret).sign('msg_1', at, '{"type":"x"}'),
    }
    expect(await statusOf(post(theirs.webhookUrl, '{"type":"x"}', headers))).toBe(202)
    expect(await statusOf(post(theirs.webhookUrl, '{"type":"y"}', headers))).toBe(401)
  })

  it('without a signature has an address that nobody can guess, which is changed with an overlap', async () => {
    const { url, webhookUrl, id } = await source({ slug: 'open', scheme: { kind: 'address' }, secret: undefined })
    expect(await statusOf(post(webhookUrl, '{"a":1}'))).toBe(202)
    // Its id is no key.
    expect(await statusOf(post(`http://hub/webhooks/in/${id}`, '{"a":2}'))).toBe(404)
    expect((await workspace.request('GET', url)).body).toMatchObject({ webhookUrl: null })
    const rotated = (await workspace.request<Told>('POST', `${url}/rotate`, { overlapSeconds: 60 })).body.webhookUrl
    for (const [at, address] of [webhookUrl, rotated].entries())
      expect(await statusOf(post(address, `{"rotated":${at}}`))).toBe(202)
    await workspace.request('POST', `${url}/rotate`, { overlapSeconds: 0 })
    for (const address of [webhookUrl, rotated]) expect(await statusOf(post(address, '{}'))).toBe(404)
    // A GET is nobody's event.
    const { webhookUrl: last } = (await workspace.request<Told>('POST', `${url}/rotate`, { overlapSeconds: 0 })).body
    expect((await server.inject({ method: 'GET', url: new URL(last).pathname })).statusCode).toBe(404)
  })

  it('is refused with a slug that stands for something else or is taken, and without what its scheme needs', async () => {
    const refused = async (body: Record<string, unknown>) => {
      const { status, body: answer } = await create(body)
      return [status, answer.error.code]
    }
    for (const slug of ['github', 'integration', 'sync', 'Upper', ''])
      expect([slug, ...(await refused({ slug }))]).toEqual([slug, 400, 'INVALID_REQUEST'])
    await source({ slug: 'taken' })
    expect(await refused({ slug: 'taken' })).toEqual([409, 'CONFLICT'])
    expect(await refused({ slug: 'a', secret: undefined })).toEqual([400, 'INVALID_REQUEST'])
    expect(await refused({ slug: 'a', scheme: { kind: 'address' } })).toEqual([400, 'INVALID_REQUEST'])
    expect(await refused({ slug: 'a', scheme: { kind: 'nothing' } })).toEqual([400, 'INVALID_REQUEST'])
  })

  it('ends when it is deleted, its secret with it', async () => {
    const { id, url, webhookUrl } = await source({ slug: 'ended' })
    expect((await workspace.request('DELETE', url)).status).toBe(204)
    expect(await statusOf(signed(webhookUrl, {}))).toBe(404)
    expect((await workspace.request('GET', url)).body.error.code).toBe('INBOUND_SOURCE_NOT_FOUND')
    expect((await hub.pool.query('select 1 from credentials where owner_id = $1', [id])).rowCount).toBe(0)
  })
})
