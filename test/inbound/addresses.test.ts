import { createHmac, randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { bodyExamples } from '../../src/http/openapi/openapi-examples.ts'
import { expireEarlierSecrets } from '../../src/inbound/secrets.ts'
import { requestDisconnect } from '../../src/connections/ending/disconnect.ts'
import { routeArrived } from '../../src/inbound/routing/route-arrived.ts'
import { createTestHub, createTestServer, createWorkspace, type AnyBody } from '../support/hub.ts'
import { createSender } from './senders.ts'

const hub = await createTestHub()
const server = await createTestServer(hub)
const workspace = await createWorkspace(hub)
const github = await createSender(hub, workspace, 'github')
const one = await github.connect('1')
const another = await github.connect('1')
const route = () => routeArrived(hub, 0, new AbortController().signal, () => undefined)

type Told = AnyBody & { webhookUrl: string; hasSecret: boolean; learnsUntil: string | null }

async function address(connectionId: string, body: Record<string, unknown> = {}) {
  const made = await workspace.request<Told>('POST', `/v1/connections/${connectionId}/webhook-addresses`, body)
  expect([made.status, made.body]).toEqual([201, expect.anything()])
  return { url: `/v1/connections/${connectionId}/webhook-addresses/${made.body.id}`, ...made.body }
}

/** Sends as the platform does, signed or not. */
async function send(
  webhookUrl: string,
  payload: unknown,
  { secret, id = randomUUID() }: { secret?: string; id?: string },
) {
  const body = JSON.stringify(payload)
  const signature = createHmac('sha256', secret ?? 'none')
    .update(body)
    .digest('hex')
  const answer = await server.inject({
    method: 'POST',
    url: new URL(webhookUrl).pathname,
    payload: body,
    headers: {
      ...{ 'x-github-event': 'push', 'x-github-delivery': id },
      ...(secret === undefined ? {} : { 'x-hub-signature-256': `sha256=${signature}` }),
    },
  })
  return answer.statusCode
}

const eventsOf = async (connectionId: string) =>
  (await workspace.request('GET', `/v1/inbound-events?connectionId=${connectionId}&limit=100`)).body
    .data as unknown as { addressId: string; accountId: string; status: string }[]

describe('an address of one connection', () => {
  it('leads to that connection alone, whatever account is named, signed with its own secret or its app’s', async () => {
    const own = await address(one, { name: 'Form', secret: 'of the registration' })
    expect(own).toMatchObject({ name: 'Form', hasSecret: true, provider: 'github', providerAppId: github.id })
    expect(await send(own.webhookUrl, { sender: { id: 99 } }, { secret: 'of the registration' })).toBe(202)
    expect(await send(own.webhookUrl, { sender: { id: 1 } }, { secret: github.secret })).toBe(401)
    const plain = await address(one)
    expect(await send(plain.webhookUrl, {}, { secret: github.secret })).toBe(202)
    await route()
    const events = await eventsOf(one)
    expect(events.map(({ addressId, status }) => [addressId, status]).sort()).toEqual(
      [own.id, plain.id].map(id => [id, 'routed']).sort(),
    )
    expect(await eventsOf(another)).toEqual([])
  })

  it('knows repeats by itself: another address may get the same id', async () => {
    const [first, second] = [await address(one), await address(another)]
    const sent = { secret: github.secret, id: 'same' }
    expect(await send(first.webhookUrl, {}, sent)).toBe(202)
    expect(await send(first.webhookUrl, {}, sent)).toBe(200)
    expect(await send(second.webhookUrl, {}, sent)).toBe(202)
    await route()
    expect(await eventsOf(another)).toMatchObject([{ addressId: second.id }])
  })

  it('tells its key once, keeps a hash of it, and takes no other', async () => {
    const { id, url, webhookUrl } = await address(one)
    const key = webhookUrl.split('/').at(-1)!
    const shown = await workspace.request('GET', url)
    expect(JSON.stringify([shown.body, await workspace.request('GET', url.replace(`/${id}`, ''))])).not.toContain(key)
    const { rows } = await hub.pool.query<{ row: string }>('select t::text as row from webhook_addresses t')
    expect(rows.some(({ row }) => row.includes(key))).toBe(false)
    const wrong = [key.slice(1), `${key}a`, key.replace(/^./, first => (first === 'a' ? 'b' : 'a')), 'x']
    for (const other of wrong)
      expect(await send(webhookUrl.replace(key, other), {}, { secret: github.secret })).toBe(404)
    expect(await send(webhookUrl.replace(github.id, 'environment'), {}, { secret: github.secret })).toBe(404)
    expect(await send(webhookUrl.replace('/github/', '/stripe/'), {}, { secret: github.secret })).toBe(404)
  })

  it('is not found by anything that is no address, whatever it is made of', async () => {
    const { webhookUrl } = await address(one)
    const [, , provider, app, key] = new URL(webhookUrl).pathname.split('/')
    for (const odd of ['%00', '%ud800', '%ED%A0%80', '__proto__', 'constructor', '%F0%9F%98%80', 'a'.repeat(90)]) {
      const tried = [
        ...[
          `/webhooks/${odd}/${app}/${key}`,
          `/webhooks/${provider}/${odd}/${key}`,
          `/webhooks/${provider}/${app}/${odd}`,
        ],
        ...[`/webhooks/${odd}`, `/webhooks/${odd}/${app}`, `/webhooks/${provider}/${odd}`, `/webhooks/in/${odd}`],
      ]
      for (const url of tried) {
        const { statusCode } = await server.inject({ method: 'POST', url, payload: '{}' })
        expect([url, statusCode === 404 || statusCode === 400]).toEqual([url, true])
      }
    }
  })

  it('costs no query twice where no such key is', async () => {
    const url = `http://hub/webhooks/github/${github.id}/${'k'.repeat(43)}`
    await send(url, {}, {})
    let queries = 0
    const count = () => void queries++
    hub.pool.on('acquire', count)
    expect(await send(url, {}, {})).toBe(404)
    hub.pool.off('acquire', count)
    expect(queries).toBe(0)
    expect(await send(`${url.slice(0, -1)}j`, {}, {})).toBe(404)
  })

  it('gets another key and another secret with overlaps, which end', async () => {
    const { url, webhookUrl } = await address(one, { secret: 'first' })
    const { body: rotated } = await workspace.request<Told>('POST', `${url}/rotate`, { overlapSeconds: 600 })
    await workspace.request('PATCH', url, { secret: 'second', secretOverlapSeconds: 600 })
    for (const address of [webhookUrl, rotated.webhookUrl])
      for (const secret of ['first', 'second']) expect(await send(address, {}, { secret })).toBe(202)
    await hub.pool.query(
      `update webhook_addresses set key_overlap_ends_at = now() - interval '1 second', secret_overlap_ends_at = now() - interval '1 second' where id = $1`,
      [rotated.id],
    )
    expect(await send(rotated.webhookUrl, {}, { secret: 'first' })).toBe(401)
    expect(await send(webhookUrl, {}, { secret: 'second' })).toBe(404)
    expect(await expireEarlierSecrets(hub, 100)).toBe(1)
    const { rows } = await hub.pool.query('select field from credentials where owner_id = $1', [rotated.id])
    expect(rows).toEqual([{ field: 'webhook_secret' }])
  })

  it('ends when it is deleted, and with its connection, and its secrets with it', async () => {
    const ending = await github.connect('5')
    const [deleted, left] = [await address(one, { secret: 's1' }), await address(ending, { secret: 's2' })]
    expect((await workspace.request('DELETE', deleted.url)).status).toBe(204)
    expect((await workspace.request('DELETE', deleted.url)).body.error.code).toBe('WEBHOOK_ADDRESS_NOT_FOUND')
    await requestDisconnect(hub, workspace.workspaceId, ending, 'test')
    for (const { id, webhookUrl } of [deleted, left]) {
      expect(await send(webhookUrl, {}, { secret: 's2' })).toBe(404)
      expect((await hub.pool.query('select 1 from credentials where owner_id = $1', [id])).rowCount).toBe(0)
    }
    const refused = await workspace.request('POST', `/v1/connections/${ending}/webhook-addresses`, {})
    expect(refused.body.error.code).toBe('CONFLICT')
  })

  it('counts what it refused, by reason', async () => {
    const { id, webhookUrl } = await address(one)
    for (let i = 0; i < 3; i++) await send(webhookUrl, {}, { secret: 'wrong' })
    const counts = async () => (await workspace.request('GET', `/v1/inbound-refusals?targetId=${id}`)).body.data
    for (const end = Date.now() + 20_000; (await counts()).length === 0 && Date.now() < end;) await sleep(50)
    expect(await counts()).toMatchObject([{ targetId: id, provider: 'github', reason: 'SIGNATURE_INVALID', count: 3 }])
  })
})

describe('handshakes of an address of one connection', () => {
  let connection = ''
  beforeAll(async () => {
    const webhooks = {
      docs: 'https://acme.example/docs',
      scheme: { kind: 'hmac', header: 'x-hub-signature-256', prefix: 'sha256=', encoding: 'hex' },
      shapes: [{ type: { header: 'x-github-event' }, account: [] }],
      triggers: {},
      handshakes: [{ kind: 'secret-in-header', header: 'x-hook-secret' }, { kind: 'websub' }],
    }
    await workspace.request('POST', '/v1/providers', { ...(bodyExamples.createProvider as object), webhooks })
    const sender = await createSender(hub, workspace, 'acme')
    connection = await sender.connect('7')
  })

  const hand = async (webhookUrl: string, secret: string) => {
    const url = new URL(webhookUrl).pathname
    const answer = await server.inject({ method: 'POST', url, headers: { 'x-hook-secret': secret } })
    return [answer.statusCode, answer.headers['x-hook-secret']]
  }

  it('learn a secret while there is none, or while a registration is open', async () => {
    const { url, webhookUrl } = await address(connection)
    expect(await hand(webhookUrl, 'first-secret')).toEqual([200, 'first-secret'])
    expect(await hand(webhookUrl, 'first-secret')).toEqual([200, 'first-secret'])
    expect(await hand(webhookUrl, 'of-a-stranger')).toEqual([401, undefined])
    expect(await send(webhookUrl, {}, { secret: 'first-secret' })).toBe(202)
    expect(await send(webhookUrl, {}, { secret: 'of-a-stranger' })).toBe(401)
    const { body } = await workspace.request<Told>('PATCH', url, { learnForSeconds: 600 })
    expect(Date.parse(body.learnsUntil!)).toBeGreaterThan(Date.now())
    expect(await hand(webhookUrl, 'second-secret')).toEqual([200, 'second-secret'])
    expect(await hand(webhookUrl, 'third-secret')).toEqual([401, undefined])
    // What was under way is still signed with the one before.
    for (const secret of ['first-secret', 'second-secret'])
      expect(await send(webhookUrl, { secret }, { secret })).toBe(202)
    expect((await workspace.request<Told>('GET', url)).body).toMatchObject({ hasSecret: true, learnsUntil: null })
  })

  it('confirm the feeds that were asked for alone', async () => {
    const topic = 'https://feeds.example/videos.xml?channel_id=1'
    const { url, webhookUrl } = await address(connection, { topics: [topic] })
    const ask = async (mode: string, about: string) => {
      const query = new URLSearchParams({ 'hub.mode': mode, 'hub.topic': about, 'hub.challenge': 'c-1' })
      const answer = await server.inject({ method: 'GET', url: `${new URL(webhookUrl).pathname}?${query.toString()}` })
      return [answer.statusCode, answer.statusCode === 200 ? answer.body : '']
    }
    expect(await ask('subscribe', topic)).toEqual([200, 'c-1'])
    expect(await ask('subscribe', 'https://feeds.example/other')).toEqual([404, ''])
    expect(await ask('unsubscribe', topic)).toEqual([404, ''])
    await workspace.request('PATCH', url, { topics: [] })
    expect(await ask('unsubscribe', topic)).toEqual([200, 'c-1'])
    expect(await ask('subscribe', topic)).toEqual([404, ''])
  })
})
