import { createHmac, randomUUID } from 'node:crypto'
import type { WebhookDefinition } from '../../src/catalogue/schema/webhooks.ts'
import type { WebhookHandshake } from '../../src/catalogue/schema/webhooks/challenge.ts'
import { bodyExamples } from '../../src/http/openapi/openapi-examples.ts'
import { createTestHub, createTestServer, createWorkspace } from '../support/hub.ts'

const hub = await createTestHub()
const server = await createTestServer(hub)
const workspace = await createWorkspace(hub)
const secret = 'what-is-signed-with'

let platforms = 0

/** A platform of the workspace's own with these handshakes, and its app. */
async function platform(handshakes: WebhookHandshake[], more: Partial<WebhookDefinition> = {}, webhookSecret?: string) {
  const webhooks: WebhookDefinition = {
    docs: 'https://acme.example/docs',
    scheme: { kind: 'hmac', header: 'x-acme', encoding: 'hex' },
    shapes: [{ type: { path: 'type' }, account: [] }],
    triggers: {},
    handshakes,
    ...more,
  }
  const id = `acme${++platforms}`
  const made = await workspace.request('POST', '/v1/providers', {
    ...(bodyExamples.createProvider as object),
    id,
    webhooks,
  })
  expect([made.status, made.body]).toEqual([201, expect.anything()])
  const app = await workspace.request('POST', '/v1/provider-apps', { provider: id, name: 'Ours', webhookSecret })
  const url = `/webhooks/${id}/${app.body.id}`
  const send = async (
    method: 'GET' | 'HEAD' | 'POST',
    query = '',
    payload = '',
    headers: Record<string, string> = {},
  ) => {
    const answer = await server.inject({ method, url: url + query, headers, ...(method === 'POST' && { payload }) })
    const { statusCode: status, body, headers: given } = answer
    return { status, body, type: given['content-type'], headers: given }
  }
  const signed = (body: unknown, by = secret) => {
    const payload = JSON.stringify(body)
    return send('POST', '', payload, { 'x-acme': createHmac('sha256', by).update(payload).digest('hex') })
  }
  return { app: `/v1/provider-apps/${app.body.id}`, send, signed }
}

const kept = async () => (await hub.pool.query('select id from inbound_events')).rowCount
let before = 0
beforeEach(async () => {
  before = (await kept())!
})
const keepsNothing = async () => expect(await kept()).toBe(before)

describe('a question in the query', () => {
  it('is answered where its token is the secret, and other parameters are as they should be', async () => {
    const meta: WebhookHandshake = {
      ...{ kind: 'query', method: 'GET', value: 'hub.challenge', where: { 'hub.mode': 'subscribe' } },
      ...{ token: 'hub.verify_token', answer: { text: 'echo' } },
    }
    const { send } = await platform([meta], {}, secret)
    const ask = (token: string, mode = 'subscribe') =>
      send('GET', `?hub.mode=${mode}&hub.verify_token=${token}&hub.challenge=1158201444`)
    expect(await ask(secret)).toMatchObject({ status: 200, body: '1158201444', type: 'text/plain; charset=utf-8' })
    for (const answer of [await ask('wrong'), await ask(''), await ask(secret, 'other'), await send('GET')]) {
      expect([answer.status, answer.body.includes('1158201444')]).toEqual([401, false])
    }
    await keepsNothing()
  })

  it('is given back decoded and as plain text, in which nothing runs', async () => {
    const graph: WebhookHandshake = {
      kind: 'query',
      method: 'POST',
      value: 'validationToken',
      answer: { text: 'echo' },
    }
    const { send } = await platform([graph], {}, secret)
    const token = 'Validation: Testing client application reachability for subscription Request-Id: 522a8e7e'
    const answer = await send('POST', `?validationToken=${encodeURIComponent(token)}`)
    expect(answer).toMatchObject({ status: 200, body: token, type: 'text/plain; charset=utf-8' })
    expect(answer.headers['x-content-type-options']).toBe('nosniff')
    const hostile = await send('POST', `?validationToken=${encodeURIComponent('<script>"&\'')}`)
    expect(hostile.body).toBe('&lt;script&gt;&quot;&amp;&#39;')
    for (const bad of ['x'.repeat(1_025), 'a%0d%0ab', '%00', '&validationToken=b'])
      expect((await send('POST', `?validationToken=${bad}`)).status).toBe(401)
    await keepsNothing()
  })

  it('is answered with its HMAC, of words alone: nobody has an event signed by asking', async () => {
    const crc: WebhookHandshake = {
      ...{ kind: 'query', method: 'GET', value: 'crc_token' },
      answer: { json: { response_token: { hmac: 'base64', prefix: 'sha256=' }, crc_token: 'echo' } },
    }
    const { send } = await platform([crc], {}, secret)
    const hmac = createHmac('sha256', secret).update('MTIzNA==').digest('base64')
    const answer = await send('GET', '?crc_token=MTIzNA==')
    expect([answer.status, JSON.parse(answer.body)]).toEqual([
      200,
      { response_token: `sha256=${hmac}`, crc_token: 'MTIzNA==' },
    ])
    for (const asked of ['{"type":"forged"}', '%7B%7D', 'a=b&c', '[]', '"x"'])
      expect((await send('GET', `?crc_token=${encodeURIComponent(asked)}`)).status).toBe(401)
  })
})

describe('a question in a signed body', () => {
  it('is told from events by what it holds and lacks, and answered with what it asks for', async () => {
    const { signed } = await platform(
      [
        {
          ...{ kind: 'body', when: [{ path: 'type', equals: 'url_verification' }], value: 'challenge' },
          answer: { json: { challenge: 'echo' } },
        },
        {
          ...{
            kind: 'body',
            when: [
              { path: 'type', equals: 1 },
              { path: 'event', absent: true },
            ],
          },
          answer: { json: { type: { constant: 1 } } },
        },
        { kind: 'body', when: [{ path: 'type', equals: 0 }], answer: { status: 204 } },
        { kind: 'body', when: [{ path: 'events', empty: true }], answer: { status: 200 } },
        {
          ...{ kind: 'body', when: [{ path: 'event', equals: 'validate' }], value: 'payload.plainToken' },
          answer: { json: { plainToken: 'echo', encryptedToken: { hmac: 'hex' } } },
        },
      ],
      {},
      secret,
    )
    const json = async (body: unknown) => JSON.parse((await signed(body)).body) as unknown
    expect(await json({ type: 'url_verification', challenge: 'abc' })).toEqual({ challenge: 'abc' })
    expect(await json({ type: 1 })).toEqual({ type: 1 })
    expect(await signed({ type: 0 })).toMatchObject({
      status: 204,
      body: '',
      type: expect.stringMatching('^application/json') as string,
    })
    expect(await signed({ events: [] })).toMatchObject({
      status: 200,
      body: '',
      type: expect.stringMatching('^application/json') as string,
    })
    const encryptedToken = createHmac('sha256', secret).update('qgg8').digest('hex')
    expect(await json({ event: 'validate', payload: { plainToken: 'qgg8' } })).toEqual({
      plainToken: 'qgg8',
      encryptedToken,
    })
    // Wrongly signed it is no handshake.
    for (const body of [{ events: [] }, { type: 1 }]) expect((await signed(body, 'wrong')).status).toBe(401)
    await keepsNothing()
    for (const body of [{ type: 1, event: {} }, { type: 'url_verification' }, { events: [{}] }])
      expect((await signed({ ...body, at: randomUUID() })).status).toBe(202)
  })
})

describe('a request that only has to succeed', () => {
  it('does, and leaves nothing', async () => {
    const { send, signed } = await platform(
      [
        { kind: 'ping', method: 'GET' },
        { kind: 'ping', method: 'HEAD' },
        { kind: 'ping', method: 'POST', field: 'webhook_id' },
      ],
      {},
      secret,
    )
    const form = { 'content-type': 'application/x-www-form-urlencoded' }
    expect(await send('GET')).toMatchObject({ status: 200, body: '' })
    expect(await send('HEAD')).toMatchObject({ status: 200, body: '' })
    expect(await send('POST', '', 'webhook_id=7', form)).toMatchObject({ status: 200, body: '' })
    expect((await send('POST', '', 'other=7', form)).status).toBe(401)
    expect((await send('POST', '', '{"webhook_id":7}')).status).toBe(401)
    await keepsNothing()
    // What is signed is kept, whatever it looks like.
    expect((await signed({ webhook_id: 7 })).status).toBe(202)
  })

  it('is not there for other methods', async () => {
    const { send } = await platform([{ kind: 'ping', method: 'POST', field: 'webhook_id' }], {}, secret)
    for (const method of ['GET', 'HEAD'] as const) expect((await send(method)).status).toBe(404)
  })
})

describe('a platform that takes empty answers alone', () => {
  it('gets them, refusals too', async () => {
    const { signed } = await platform([{ kind: 'ping', method: 'GET' }], { acknowledge: { status: 200 } }, secret)
    expect(await signed({ type: 'made' })).toMatchObject({ status: 200, body: '' })
    expect(await signed({ type: 'made' }, 'wrong')).toMatchObject({ status: 401, body: '' })
  })
})

describe('a platform that wants to be answered in XML', () => {
  it('gets it for what is taken, in a page that can run nothing', async () => {
    const { signed } = await platform(
      [{ kind: 'ping', method: 'GET' }],
      { acknowledge: { status: 200, xml: '<Ack/>' } },
      secret,
    )
    const answer = await signed({ type: 'made' })
    expect(answer).toMatchObject({ status: 200, body: '<Ack/>', type: 'text/xml; charset=utf-8' })
    expect(answer.headers['content-security-policy']).toBe("default-src 'none'; sandbox")
    expect((await signed({ type: 'made' }, 'wrong')).status).toBe(401)
  })
})

describe('a secret that the platform itself sends', () => {
  it('is kept for a person, who reads it and takes it once the platform has accepted it', async () => {
    const { app, send, signed } = await platform([{ kind: 'secret-in-body', path: 'verification_token' }])
    const offered = `${app}/offered-webhook-secret`
    expect((await workspace.request('GET', offered)).body.error.code).toBe('CONFLICT')
    const offer = (token: string) => send('POST', '', JSON.stringify({ verification_token: token }))
    expect((await offer('secret_first')).status).toBe(200)
    expect((await offer('secret_first')).status).toBe(200)
    // Nothing proves who sends one: another does not take its place.
    expect((await offer('secret_second')).status).toBe(401)
    expect((await signed({ type: 'made' }, 'secret_first')).status).toBe(401)
    expect((await workspace.request('GET', offered)).body).toEqual({ secret: 'secret_first' })
    expect((await workspace.request('DELETE', offered)).status).toBe(204)
    expect((await offer('secret_third')).status).toBe(200)
    expect((await workspace.request('POST', `${offered}/take`)).status).toBe(204)
    expect((await signed({ type: 'made' }, 'secret_third')).status).toBe(202)
    // From now on nobody can offer another.
    expect((await offer('secret_fourth')).status).toBe(401)
    expect((await workspace.request('GET', offered)).body.error.code).toBe('CONFLICT')
    const audit = await workspace.request('GET', '/v1/audit-log?limit=100')
    const actions = (audit.body.data as unknown as { action: string }[]).map(({ action }) => action)
    for (const what of ['read', 'discarded', 'taken']) expect(actions).toContain(`provider_app.offered_secret_${what}`)
    expect(JSON.stringify(audit.body)).not.toContain('secret_third')
  })
})
