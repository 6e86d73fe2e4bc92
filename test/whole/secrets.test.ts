import { randomBytes } from 'node:crypto'
import { Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { visitAsPerson } from '../../dev/browser.ts'
import { freePort } from '../../dev/processes/ports.ts'
import { startReceiver } from '../../dev/receiver/receiver.ts'
import { quickbooksClient } from '../../dev/sandbox/settings.ts'
import { startDispatchSlots } from '../../src/delivery/dispatch/slots.ts'
import { createLogger } from '../../src/logger.ts'
import { createAuthority } from '../support/certificates.ts'
import { createTestHub, createTestServer, createWorkspace, type TestWorkspace } from '../support/hub.ts'
import { stack } from '../support/stack.ts'
import { startTestWorkers } from '../support/workers.ts'
import { dumpDatabase, readHistories, sightings, type Canaries } from './canaries.ts'

// Everything below is planted once, travels through the whole product, and is then looked for where it must not be.

const canary = (what: string) => `canary${what}${randomBytes(8).toString('hex')}`

const logLines: string[] = []
const sink = new Writable({
  write(chunk: Buffer, _encoding, done) {
    logLines.push(chunk.toString())
    done()
  },
})
const port = await freePort()
const hub = await createTestHub({
  environment: { PORT: String(port), PUBLIC_URL: `http://127.0.0.1:${port}` },
  log: createLogger({ level: 'trace', name: 'test', stream: sink }),
})
await (await createTestServer(hub)).listen({ host: '127.0.0.1', port })
const workspace = await createWorkspace(hub)
await startTestWorkers(hub)
await startDispatchSlots(hub)
const receiver = await startReceiver()
afterAll(() => receiver.stop())

describe('what must not be seen', () => {
  /** Secrets: nowhere but sealed. */
  const secrets: Canaries = new Map()
  /** Customer data: in its own tables, but not where operators read. */
  const customerData: Canaries = new Map()
  const answers: string[] = []

  /** Only what the test reads of an answer. */
  interface Body {
    id: string
    status: string
    secret: string
    generation: number
    config: { realmId: string }
    connection: { id: string }
    authorizationUrl: string
    data: { status: string }[]
  }

  async function request(...[method, url, body]: Parameters<TestWorkspace['request']>) {
    const answer = await workspace.request<Body>(method, url, body)
    answers.push(JSON.stringify(answer.body))
    return answer
  }

  async function eventually<T>(what: string, ask: () => Promise<T | undefined | false>): Promise<T> {
    for (let tries = 0; tries < 300; tries++) {
      const answer = await ask()
      if (answer) return answer
      await sleep(100)
    }
    throw new Error(`waited in vain for ${what}`)
  }

  beforeAll(async () => {
    secrets.set(workspace.apiKey, 'an API key')
    secrets.set(hub.config.adminKey, 'the admin key')

    const webhookSecret = canary('webhooksecret')
    secrets.set(webhookSecret, 'a webhook secret').set(quickbooksClient.secret, 'a client secret')
    const sandbox = `${stack().sandboxUrl}/quickbooks`
    const quickbooks = await request('POST', '/v1/provider-apps', {
      provider: 'quickbooks',
      name: 'QuickBooks',
      clientId: quickbooksClient.id,
      clientSecret: quickbooksClient.secret,
      webhookSecret,
      baseUrls: {
        'https://appcenter.intuit.com': sandbox,
        'https://oauth.platform.intuit.com': sandbox,
        'https://developer.api.intuit.com': sandbox,
        'https://quickbooks.api.intuit.com': sandbox,
      },
    })

    // A connection, with a code, tokens, and customers.
    const started = await request('POST', '/v1/connections', {
      provider: 'quickbooks',
      providerAppId: quickbooks.body.id,
    })
    const connectionId = started.body.connection.id
    const visit = await visitAsPerson(started.body.authorizationUrl)
    secrets.set(visit.callbackUrl.searchParams.get('code')!, 'an authorization code')
    // The state is in the authorization URL, whose very purpose is to be handed on; elsewhere it is a secret.
    const connection = await eventually('the connection', async () => {
      const { body } = await request('GET', `/v1/connections/${connectionId}`)
      return body.status === 'connected' && body
    })
    const { realmId } = connection.config
    await rememberTokens(connectionId)
    const customerName = canary('customer')
    customerData.set(customerName, 'a customer’s name')
    await stack().sandbox.customers(realmId).create({ DisplayName: customerName })
    const sync = await request('POST', '/v1/syncs', { connectionId, model: 'customers', direction: 'both' })
    const run = await request('POST', `/v1/syncs/${sync.body.id}/runs`)
    await eventually('the sync', async () => {
      const { body } = await request('GET', `/v1/syncs/${sync.body.id}/runs/${run.body.id}`)
      return body.status === 'succeeded'
    })
    // A refresh by hand, so that there are spent tokens too.
    await request('POST', `/v1/connections/${connectionId}/refresh`)
    await eventually('the refresh', async () => {
      const { body } = await request('GET', `/v1/connections/${connectionId}`)
      return body.generation > connection.generation
    })
    await rememberTokens(connectionId)

    // An endpoint whose path and answers are nobody's business, that fails at first, and an event to it.
    const path = canary('path')
    const payload = canary('payload')
    customerData.set(path, 'an endpoint’s path').set(payload, 'a payload')
    const hook = receiver.hook(path)
    hook.answerWith({ status: 500, times: 1 })
    const headerSecret = canary('header')
    secrets.set(headerSecret, 'an endpoint’s header')
    const endpoint = await request('POST', '/v1/endpoints', {
      url: hook.url,
      headers: { 'x-token': headerSecret },
      signatures: ['v1', 'v1a'],
    })
    secrets.set(endpoint.body.secret.slice('whsec_'.length), 'a signing secret')
    const keyPlace = { workspaceId: workspace.workspaceId, ownerId: endpoint.body.id, field: 'signing_key' }
    const [{ secret: privateKey }] = (await hub.credentials.get<[{ secret: string }]>(hub.db, keyPlace))!
    secrets.set(privateKey.slice('whsk_'.length), 'an ed25519 private key')
    const encrypted = await request('POST', '/v1/endpoints', { url: 'https://example.com/', eventTypes: ['never'] })
    secrets.set(encrypted.body.secret.slice('whsec_'.length), 'a signing secret')
    const shown = createAuthority('Canaries').issue('canary.test')
    await request('PUT', `/v1/endpoints/${encrypted.body.id}/client-certificate`, shown)
    secrets.set(shown.privateKey.split('\n')[1]!, 'the key of a client certificate')
    await request('POST', '/v1/events', { type: 'canary.sung', data: { payload } })
    await eventually('the delivery', async () => hook.arrivals().some(arrival => arrival.status === 200))

    // A webhook of the provider's.
    await stack().sandbox.sendWebhook({
      platform: 'quickbooks',
      url: `${hub.config.http.publicUrl}/webhooks/quickbooks/${quickbooks.body.id}`,
      secret: webhookSecret,
      realmId,
      entities: [{ id: '1' }],
    })
    await eventually('the webhook', async () => {
      const { body } = await request('GET', '/v1/inbound-events')
      return body.data.some(event => event.status === 'routed')
    })
    // Keys in wrong places and refused requests are logged too.
    const wrongKey = `sk_test_${canary('wrongkey')}`
    secrets.set(wrongKey, 'a refused API key of a provider')
    const stripe = await request('POST', '/v1/provider-apps', {
      provider: 'stripe',
      name: 'Stripe',
      baseUrls: { 'https://api.stripe.com': `${stack().sandboxUrl}/stripe` },
    })
    await request('POST', '/v1/connections', {
      provider: 'stripe',
      providerAppId: stripe.body.id,
      credentials: { apiKey: wrongKey },
    })
    await request('GET', `/oauth/callback/quickbooks?code=${path}&state=${path}`)
    await request('DELETE', `/v1/connections/${connectionId}`)
    await eventually('the disconnection', async () => {
      const { body } = await request('GET', `/v1/connections/${connectionId}`)
      return body.status === 'disconnected'
    })
  }, 120_000)

  async function rememberTokens(connectionId: string): Promise<void> {
    const place = { workspaceId: workspace.workspaceId, ownerId: connectionId, field: 'tokens' }
    const tokens = await hub.credentials.get<Record<string, unknown>>(hub.db, place)
    const found = Object.entries(tokens ?? {}).filter(
      ([name, value]) => /token/i.test(name) && typeof value === 'string',
    )
    expect(found.length).toBeGreaterThanOrEqual(2)
    for (const [name, value] of found) secrets.set(value as string, `a connection's ${name}`)
  }

  it('is in no workflow history, summary, search attribute or failure', async () => {
    const { workflows, bytes } = await readHistories(hub.temporal)
    expect(new Set(workflows)).toEqual(
      expect.objectContaining(
        new Set(['connectAccount', 'runSync', 'dispatchDeliveries', 'handleInbound', 'disconnectAccount']),
      ),
    )
    expect(bytes.includes(workspace.workspaceId)).toBe(true)
    expect([...sightings(secrets, 'histories', bytes), ...sightings(customerData, 'histories', bytes)]).toEqual([])
  })

  it('is in no log line', () => {
    const text = logLines.join('')
    expect(text).toContain(workspace.workspaceId)
    expect(logLines.filter(line => line.includes('failed unexpectedly'))).toEqual([])
    expect([...sightings(secrets, 'logs', text), ...sightings(customerData, 'logs', text)]).toEqual([])
  })

  it('is in no metric', async () => {
    const { body } = await workspace.request<string>('GET', '/metrics')
    expect(body).toContain('causeway_')
    expect([...sightings(secrets, 'metrics', body), ...sightings(customerData, 'metrics', body)]).toEqual([])
  })

  it('is in no answer of the API but the one that shows a signing secret once', () => {
    const shownOnce = new Set(['a signing secret'])
    const found = answers.flatMap(answer => sightings(secrets, 'answers', answer))
    expect(found.filter(sighting => ![...shownOnce].some(what => sighting.endsWith(what)))).toEqual([])
    expect(found.filter(sighting => sighting.endsWith('a signing secret'))).toHaveLength(2)
  })

  it('is in no row of a dump in the clear', async () => {
    const dump = await dumpDatabase(hub.pool)
    expect(dump).toContain(workspace.workspaceId)
    expect(sightings(secrets, 'dump', dump)).toEqual([])
    // What is stored as bytes shows as hexadecimal.
    const asHex: Canaries = new Map([...secrets].map(([value, what]) => [Buffer.from(value).toString('hex'), what]))
    expect(sightings(asHex, 'dump', dump)).toEqual([])
  })
})
