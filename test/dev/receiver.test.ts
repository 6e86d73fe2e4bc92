import { randomBytes } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import { type Receiver, startReceiver } from '../../dev/receiver/receiver.ts'

const secret = `whsec_${randomBytes(24).toString('base64')}`
let receiver: Receiver

beforeEach(async () => {
  receiver = await startReceiver()
})
afterEach(() => receiver.stop())

function send(
  name: string,
  {
    id = 'msg_1',
    body = '{"type":"invoice.paid"}',
    key = secret,
    ...init
  }: RequestInit & { id?: string; body?: string; key?: string } = {},
) {
  const at = new Date()
  return fetch(receiver.hook(name).url, {
    method: 'POST',
    body,
    headers: {
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': new Webhook(key).sign(id, at, body),
    },
    ...init,
  })
}

it('records what arrives, verifies it, and counts duplicates by id', async () => {
  const hook = receiver.hook('a')
  hook.verifyWith(secret)
  await send('a')
  await send('a')
  await send('a', { id: 'msg_2', key: `whsec_${randomBytes(24).toString('base64')}` })
  await send('b', { id: 'msg_3' })
  expect(hook.arrivals().map(({ id, type, verified, earlier }) => [id, type, verified, earlier])).toEqual([
    ['msg_1', 'invoice.paid', true, 0],
    ['msg_1', 'invoice.paid', true, 1],
    ['msg_2', 'invoice.paid', false, 0],
  ])
  expect(hook.summary()).toMatchObject({ total: 3, distinct: 2, duplicates: 1, unverified: 1 })
  expect(receiver.hook('b').arrivals()[0]?.verified).toBeUndefined()
})

it('accepts either secret while one is being rotated', async () => {
  const next = `whsec_${randomBytes(24).toString('base64')}`
  receiver.hook('a').verifyWith(secret, next)
  await send('a')
  await send('a', { key: next })
  expect(
    receiver
      .hook('a')
      .arrivals()
      .map(arrival => arrival.verified),
  ).toEqual([true, true])
})

it('answers as it is told, for as long as it is told', async () => {
  receiver.hook('a').answerWith({ status: 429, retryAfterSeconds: 3, times: 1 })
  const limited = await send('a')
  expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '3'])
  expect((await send('a')).status).toBe(200)
  receiver.hook('a').answerWith(410)
  expect((await send('a')).status).toBe(410)
  receiver.hook('a').answerWith({ status: 302, location: 'http://127.0.0.1:1/' })
  expect((await send('a', { redirect: 'manual' })).headers.get('location')).toBe('http://127.0.0.1:1/')
})

it('can be slow, hang, never end, or cut the connection', async () => {
  const hook = receiver.hook('a')
  hook.answerWith({ delayMs: 200 })
  const started = Date.now()
  await (await send('a')).text()
  expect(Date.now() - started).toBeGreaterThanOrEqual(195)

  hook.answerWith({ body: 'hang' })
  const hanging = await send('a', { signal: AbortSignal.timeout(300) })
  await expect(hanging.text()).rejects.toThrow('timeout')

  hook.answerWith({ body: 'endless' })
  const reader = (await send('a')).body?.getReader()
  let size = 0
  while (size < 1_000_000) size += ((await reader?.read())?.value as Uint8Array | undefined)?.length ?? 0
  await reader?.cancel()

  hook.answerWith({ body: 'cut' })
  await expect(send('a')).rejects.toThrow('fetch failed')
  expect(hook.arrivals().at(-1)?.status).toBe(0)
})

it('is controlled over HTTP from another process', async () => {
  const control = (method: string, path: string, body?: unknown) =>
    fetch(`${receiver.url}/_control/hooks/${path}`, { method, ...(body ? { body: JSON.stringify(body) } : {}) })
  await control('PUT', 'far', { secrets: [secret], answer: { status: 503, times: 1 } })
  expect((await send('far')).status).toBe(503)
  expect((await send('far')).status).toBe(200)
  expect(await (await control('GET', 'far')).json()).toMatchObject({
    name: 'far',
    total: 2,
    distinct: 1,
    unverified: 0,
  })
  expect(await (await control('GET', 'far/arrivals?since=1')).json()).toMatchObject([{ status: 200, earlier: 1 }])
  expect((await control('PUT', 'far', { answers: 200 })).status).toBe(400)
  await control('DELETE', 'far')
  expect(receiver.hook('far').summary().total).toBe(0)
})
