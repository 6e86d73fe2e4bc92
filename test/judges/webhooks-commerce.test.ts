import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { crc32 } from 'node:zlib'
import { Webhook } from 'standardwebhooks'
import { authority } from '../../dev/sandbox/platforms/paypal/certificates.ts'
import { webhooks as github } from '../../src/catalogue/platforms/github/webhooks.ts'
import { webhooks as hubspot } from '../../src/catalogue/platforms/hubspot/webhooks.ts'
import { webhooks as jira } from '../../src/catalogue/platforms/jira/webhooks.ts'
import { isSigned } from '../../src/inbound/receiving/verify.ts'
import { at, load, loadModule } from './judged.ts'
import { beginJudging } from './webhooks-judged.ts'

// The platforms' own clients judge webhooks both ways: what the sandbox signs they verify, what they sign the hub takes, and
// what was changed on the way both refuse. Where a platform has no client, its published vectors and its traps do.

setDefaultCACertificates([...getCACertificates('default'), authority])
const { judge, keyed, wrong } = await beginJudging()

const baseUrls = { 'https://api.paypal.com': at('paypal', 'api.paypal.com') }
const everybody = "It's a Secret to Everybody"

describe('Shopify’s webhooks', () => {
  const client = async () => {
    load('@shopify/shopify-api/adapters/node')
    const { shopifyApi, LogSeverity } = load('@shopify/shopify-api')
    return (apiSecretKey: string) =>
      shopifyApi({
        ...{ apiKey: 'key', apiSecretKey, scopes: ['read_products'], hostName: '127.0.0.1', apiVersion: '2026-07' },
        ...{ isEmbeddedApp: false, logger: { level: LogSeverity.Error, log: () => undefined } },
      }).webhooks
  }

  it.each([{}, { event: { topic: 'Product', action: 'update' } }])('are verified by its client: %j', async request => {
    const shop = await judge('shopify')
    const { validate } = (await client())(shop.secrets.signs)
    const sent = shop.sign(request)
    const rawRequest = { headers: sent.headers, method: 'POST', url: '/' }
    const verdict = async (rawBody: string) => (await validate({ rawBody, rawRequest })) as { valid: boolean }
    expect(await verdict(sent.body)).toMatchObject({
      valid: true,
      domain: 'causeway.myshopify.com',
      webhookId: sent.id,
    })
    expect(await verdict(`${sent.body} `)).toMatchObject({ valid: false, reason: 'invalid_hmac' })
    expect((await shop.deliver(sent)).status).toBe(202)
    expect((await shop.deliver({ ...sent, body: `${sent.body} ` })).status).toBe(401)
    expect((await shop.kept()).at(-1)).toMatchObject({
      type: 'event' in request ? 'product.update' : 'orders.create',
      account_id: 'causeway.myshopify.com',
      delivery_id: sent.id,
    })
  })

  it('are taken as its client signs them, with all digits of an id', async () => {
    const shop = await judge('shopify')
    const { createSHA256HMAC } = load('@shopify/shopify-api/runtime')
    const sent = shop.sign()
    const signature = (await createSHA256HMAC(shop.secrets.signs, sent.body)) as string
    expect(signature).toBe(sent.headers['x-shopify-hmac-sha256'])
    expect(await shop.deliver({ ...sent, headers: { ...sent.headers, 'x-shopify-hmac-sha256': signature } })).toEqual({
      status: 202,
      text: '{"accepted":1,"duplicates":0}',
    })
    expect((await shop.kept())[0]?.body.toString()).toContain('"id":820982911946154508,')
  })
})

describe('Stripe’s webhooks', () => {
  const Stripe = load('stripe')
  const { webhooks } = Stripe

  it('are verified by its client, as the hub takes what it signs', async () => {
    const stripe = await judge('stripe')
    const sent = stripe.sign()
    const header = sent.headers['stripe-signature']
    expect(webhooks.constructEvent(sent.body, header, stripe.secrets.signs).id).toBe(sent.id)
    expect(() => webhooks.constructEvent(`${sent.body} `, header, stripe.secrets.signs)).toThrow('signature')
    expect((await stripe.deliver(sent)).status).toBe(202)

    const payload = stripe.sign().body
    const signed = (about: object) => ({
      body: payload,
      headers: {
        'stripe-signature': webhooks.generateTestHeaderString({ payload, secret: stripe.secrets.signs, ...about }),
      },
    })
    const old = Math.floor(Date.now() / 1000) - 301
    expect((await stripe.deliver(signed({ timestamp: old }))).status).toBe(401)
    expect((await stripe.deliver(signed({ secret: 'whsec_of_another' }))).status).toBe(401)
    expect((await stripe.deliver(signed({}))).status).toBe(202)
  })

  it('that are thin tell the account in their context', async () => {
    const stripe = await judge('stripe')
    const sent = stripe.sign({ event: 'v1.billing.meter.no_meter_found', context: 'acct_123' })
    const header = sent.headers['stripe-signature']
    const parsed = new Stripe('sk_test_123').parseEventNotification(sent.body, header, stripe.secrets.signs)
    expect(parsed).toMatchObject({ id: sent.id, type: 'v1.billing.meter.no_meter_found' })
    expect((await stripe.deliver(sent)).status).toBe(202)
    expect(await stripe.kept()).toMatchObject([{ account_id: 'acct_123', type: 'v1.billing.meter.no_meter_found' }])
  })
})

describe('GitHub’s webhooks', () => {
  it('are verified by its client, as the hub takes what it signs', async () => {
    const { Webhooks } = await loadModule('@octokit/webhooks')
    const hub = await judge('github')
    const octokit = new Webhooks({ secret: hub.secrets.signs })
    const sent = hub.sign()
    const header = sent.headers['x-hub-signature-256']!
    expect(await octokit.verify(sent.body, header)).toBe(true)
    expect(await octokit.verify(`${sent.body} `, header)).toBe(false)
    const body = '{"zen":"Ünïcode 🚢","sender":{"id":1}}'
    const headers = { ...hub.sign().headers, 'x-hub-signature-256': (await octokit.sign(body)) as string }
    expect((await hub.deliver({ headers, body })).status).toBe(202)
    expect((await hub.deliver({ headers, body: body.replace('🚢', '⛵') })).status).toBe(401)

    // As a form, whose bytes are signed.
    const form = hub.sign({ form: true })
    expect(await octokit.verify(form.body, form.headers['x-hub-signature-256'])).toBe(true)
    expect((await hub.deliver(form)).status).toBe(202)
    expect(JSON.parse((await hub.kept()).at(-1)!.body.toString())).toHaveProperty('repository.owner.id')
  })

  it('have the signature of the example in its documentation', () => {
    const signature = 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17'
    const request = { headers: { 'x-hub-signature-256': signature }, body: Buffer.from('Hello, World!') }
    expect(isSigned(github.scheme, [everybody], request)).toBe(true)
    expect(isSigned(github.scheme, [everybody], { ...request, body: Buffer.from('Hello, world!') })).toBe(false)
  })
})

describe('Jira’s webhooks', () => {
  it('have the signature of the example in its documentation', () => {
    const signature = 'sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9'
    const request = { headers: { 'x-hub-signature': signature }, body: Buffer.from('Hello World!') }
    expect(isSigned(jira.scheme, [everybody], request)).toBe(true)
    expect(isSigned(jira.scheme, ['another'], request)).toBe(false)
  })

  it('are known by the site, the cloud id or the host that their addresses name', async () => {
    const site = await judge('jira')
    const sites = {
      'https://causeway.atlassian.net': 'causeway',
      'https://api.atlassian.com/ex/jira/1324a887-45db-1bf4-1e99-ef0ff456d421': '1324a887-45db-1bf4-1e99-ef0ff456d421',
      'https://jira.causeway.example:8443': 'jira.causeway.example',
    }
    for (const address of Object.keys(sites))
      expect((await site.deliver(site.sign({ site: address }))).status).toBe(202)
    // What is sent again has the identifier that it had, and says how often it was sent.
    const again = { identifier: 'e1', event: 'comment_created', payload: {} }
    expect((await site.deliver(site.sign(again))).status).toBe(202)
    expect((await site.deliver(site.sign({ ...again, retry: 1 }))).status).toBe(200)
    const kept = await site.kept()
    expect(kept.map(one => one.account_id)).toEqual([...Object.values(sites), 'causeway'])
    expect(kept.map(one => one.type)).toEqual(['issue_updated', 'issue_updated', 'issue_updated', 'comment_created'])
  })

  it('of an OAuth app bear a token that Auth0’s library verifies, and that is taken when it signs it', async () => {
    const jwt = load('jsonwebtoken')
    const clientSecret = 'ATOA of this test, which is long enough for it'
    const secrets = { signs: clientSecret, app: { clientId: 'causeway', clientSecret } }
    const app = await judge('jira', secrets)
    const sent = app.sign({ madeBy: 'app' })
    const shown = sent.headers['authorization']!.replace('Bearer ', '')
    expect(jwt.verify(shown, clientSecret, { algorithms: ['HS256'] })).toMatchObject({ exp: expect.any(Number) })
    expect((await app.deliver(sent)).status).toBe(202)

    const bears = async (token: string) => {
      const { headers, body } = app.sign({ madeBy: 'app' })
      return (await app.deliver({ headers: { ...headers, authorization: `Bearer ${token}` }, body })).status
    }
    expect(await bears(jwt.sign({}, clientSecret, { expiresIn: '1m' }))).toBe(202)
    expect(await bears(jwt.sign({}, clientSecret, { expiresIn: -120 }))).toBe(401)
    expect(await bears(jwt.sign({}, clientSecret))).toBe(401)
    expect(await bears(jwt.sign({}, clientSecret, { expiresIn: '1m', algorithm: 'HS512' }))).toBe(401)
    expect(await bears(jwt.sign({}, '', { expiresIn: '1m', algorithm: 'none' }))).toBe(401)
    expect(await bears(jwt.sign({}, 'another', { expiresIn: '1m' }))).toBe(401)
  })
})

describe('HubSpot’s webhooks', () => {
  const { Signature } = load('@hubspot/api-client')

  it('are verified by its client, as the hub takes what it signs', async () => {
    const portal = await judge('hubspot')
    const sent = portal.sign({ events: [{}, { portalId: 7, type: 'deal.creation' }] })
    const about = { clientSecret: portal.secrets.signs, requestBody: sent.body, url: portal.url, method: 'POST' }
    const timestamp = Number(sent.headers['x-hubspot-request-timestamp'])
    const third = { ...about, signatureVersion: 'v3', signature: sent.headers['x-hubspot-signature-v3'], timestamp }
    expect(Signature.isValid(third)).toBe(true)
    expect(Signature.isValid({ ...about, signature: sent.headers['x-hubspot-signature'] })).toBe(true)
    expect(Signature.isValid({ ...third, url: `${portal.url}/` })).toBe(false)
    expect((await portal.deliver(sent)).status).toBe(202)
    expect((await portal.kept()).map(one => [one.account_id, one.type])).toEqual([
      ['62515', 'contact.propertyChange'],
      ['7', 'deal.creation'],
    ])

    const now = Date.now()
    const body = portal.sign({ events: [{ objectId: 9 }] }).body
    const signed = (time: number, version = 'v3') =>
      Signature.getSignature('POST', version, { ...about, requestBody: body, timestamp: time }) as string
    const deliver = (time: number) =>
      portal.deliver({
        body,
        headers: { 'x-hubspot-signature-v3': signed(time), 'x-hubspot-request-timestamp': String(time) },
      })
    expect((await deliver(now - 301_000)).status).toBe(401)
    expect((await deliver(now)).status).toBe(202)
    // What comes with the older signature alone may be of any time.
    const older = { 'x-hubspot-signature-version': 'v1', 'x-hubspot-signature': signed(now, 'v1') }
    expect((await portal.deliver({ headers: older, body })).status).toBe(401)
  })

  it('are the same when they are sent again, and another’s event may have the same id', async () => {
    const portal = await judge('hubspot')
    const event = { eventId: 1, occurredAt: Date.now() }
    const answer = async (...events: object[]) => (await portal.deliver(portal.sign({ events }))).text
    expect(await answer(event, { ...event, subscriptionId: 26 })).toBe('{"accepted":2,"duplicates":0}')
    expect(await answer({ ...event, attemptNumber: 1 })).toBe('{"accepted":0,"duplicates":1}')
    expect(await answer({ ...event, portalId: 7 })).toBe('{"accepted":1,"duplicates":0}')
    expect(await answer({ ...event, occurredAt: event.occurredAt + 1 })).toBe('{"accepted":1,"duplicates":0}')
  })

  it('have the signature of the example of its Python client', () => {
    const request = {
      headers: {
        'x-hubspot-signature-v3': 'K36dawei4A+QBNolUOqo7s91KQDWQ5MXZ/QufNYuk/Y=',
        'x-hubspot-request-timestamp': '1693657560000',
      },
      ...{ method: 'POST', url: 'https://www.example.com/webhook_uri' },
      body: Buffer.from("{'example_field':'example_value'}"),
    }
    const secret = 'yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy'
    expect(isSigned(hubspot.scheme, [secret], request, 1_693_657_560_000)).toBe(true)
    expect(isSigned(hubspot.scheme, [secret], request, 1_693_657_560_000 + 300_001)).toBe(false)
  })
})

describe('GitLab’s webhooks', () => {
  it('with a signing token are as Standard Webhooks says, whose library judges', async () => {
    const lab = await judge('gitlab')
    const library = new Webhook(lab.secrets.signs)
    const sent = lab.sign()
    expect(library.verify(sent.body, sent.headers)).toMatchObject({ object_kind: 'push' })
    expect(() => library.verify(`${sent.body} `, sent.headers)).toThrow('No matching signature')
    const now = new Date()
    const own = { id: 'msg_1', body: '{"event_name":"user_add_to_group"}' }
    const headers = {
      'webhook-id': own.id,
      'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
      'webhook-signature': library.sign(own.id, now, own.body),
      'idempotency-key': own.id,
    }
    expect((await lab.deliver({ ...own, headers })).status).toBe(202)
    expect((await lab.deliver({ ...own, headers, body: '{}' })).status).toBe(401)
    expect(await lab.kept()).toMatchObject([{ type: 'user_add_to_group', delivery_id: 'msg_1' }])
  })

  it('with a secret token show it, and what hooks set off by one event tell is each its own', async () => {
    const secret = 'glwt-sandbox-secret-token-1'
    const lab = await judge('gitlab', { signs: secret, app: { webhookSecret: secret } })
    const [first, second] = [lab.sign({ idempotencyKey: 'i-1' }), lab.sign({ idempotencyKey: 'i-2' })]
    expect(first.headers['x-gitlab-event-uuid']).toBe(second.headers['x-gitlab-event-uuid'])
    expect((await lab.deliver({ ...first, headers: wrong(first.headers, 'x-gitlab-token') })).status).toBe(401)
    for (const [sent, status] of [
      [first, 202],
      [second, 202],
      [first, 200],
    ] as const)
      expect((await lab.deliver(sent)).status).toBe(status)
  })
})

describe('webhooks that do not say whose they are', () => {
  it.each(['gitlab', 'jira', 'paypal', 'woocommerce'])(
    'of %s are of the connection whose address they come to',
    async id => {
      const settings = id === 'paypal' ? { baseUrls } : {}
      const [one, other] = await keyed(id, ['a connection', 'another of the same app'], settings)
      const sent = one!.sign()
      expect((await one!.deliver(sent)).status).toBe(202)
      // Each address has a secret of its own.
      expect((await other!.deliver(sent)).status).toBe(401)
      expect((await other!.deliver(other!.sign())).status).toBe(202)
      const kept = await one!.kept()
      expect(kept.map(event => event.connection_id)).toEqual([one!.connectionId, other!.connectionId])
    },
  )
})

describe('WooCommerce’s webhooks', () => {
  it('share an id when they are sent within a second, and are two things all the same', async () => {
    const shop = await judge('woocommerce')
    const second = Math.floor(Date.now() / 1000) * 1000
    const [first, next] = [shop.sign({}, second), shop.sign({}, second + 999)]
    expect(next.headers['x-wc-webhook-delivery-id']).toBe(first.headers['x-wc-webhook-delivery-id'])
    expect([(await shop.deliver(first)).status, (await shop.deliver(next)).status]).toEqual([202, 202])
    const gone = shop.sign({ topic: 'product.deleted', payload: { id: 5 }, shop: 'http://shop.causeway.example:8080/' })
    expect((await shop.deliver(gone)).status).toBe(202)
    expect((await shop.kept()).map(one => [one.type, one.account_id])).toEqual([
      ['order.updated', 'shop.causeway.example'],
      ['order.updated', 'shop.causeway.example'],
      ['product.deleted', 'shop.causeway.example'],
    ])
  })

  it('are signed with a secret whose entities the shop has taken for characters', async () => {
    const secret = 'R&D says "5 < 7" & it\'s right'
    const shop = await judge('woocommerce', { signs: secret, app: { webhookSecret: secret } })
    const asStored = secret.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')
    const sent = shop.sign({})
    expect((await shop.deliver(shop.sign({}, Date.now(), asStored))).status).toBe(202)
    expect((await shop.deliver(sent)).status).toBe(202)
  })
})

describe('Xero’s webhooks', () => {
  it('tell of several organisations at once, each by its own, and are answered without a body', async () => {
    const xero = await judge('xero')
    const resourceId = '717f2bfc-c6d4-41fd-b238-3f2f0c0cf777'
    const events = [
      { tenantId: 'one', resourceId },
      { tenantId: 'two', resourceId, category: 'INVOICE', type: 'CREATE' },
    ]
    const sent = xero.sign({ events })
    // It stops until what was not taken is taken: what it sends again is answered as the first was.
    for (const status of [200, 200]) expect(await xero.deliver(sent)).toEqual({ status, text: '' })
    expect(await xero.deliver({ ...sent, headers: wrong(sent.headers, 'x-xero-signature') })).toEqual({
      status: 401,
      text: '',
    })
    // Its spaces are signed too.
    expect((await xero.deliver({ ...sent, body: JSON.stringify(JSON.parse(sent.body)) })).status).toBe(401)
    expect((await xero.kept()).map(one => [one.account_id, one.type])).toEqual([
      ['one', 'contact.update'],
      ['two', 'invoice.create'],
    ])
  })
})

describe('QuickBooks’ webhooks', () => {
  it('in the newer format tell of several companies in one list', async () => {
    const quickbooks = await judge('quickbooks')
    const sent = quickbooks.sign({
      realmId: '100',
      entities: [{ id: '1' }, { id: '2', realmId: '200' }],
      cloudEvents: true,
    })
    expect((await quickbooks.deliver(sent)).status).toBe(202)
    expect((await quickbooks.deliver(sent)).status).toBe(200)
    expect((await quickbooks.kept()).map(one => [one.account_id, one.type])).toEqual([
      ['100', 'customer.updated'],
      ['200', 'customer.updated'],
    ])
  })
})

describe('PayPal’s webhooks', () => {
  it('are signed with the checksum that everybody computes', () => {
    // The check value of CRC-32: https://reveng.sourceforge.io/crc-catalogue/17plus.htm#crc.cat.crc-32-iso-hdlc
    expect(crc32('123456789')).toBe(0xcbf43926)
  })

  it('are taken by the webhook’s own id only, and know the merchant', async () => {
    const paypal = await judge('paypal', undefined, { baseUrls })
    const sent = paypal.sign()
    expect((await paypal.deliver(sent)).status).toBe(202)
    expect((await paypal.deliver(paypal.sign({}, Date.now(), 'WEBHOOK_ID'))).status).toBe(401)
    expect(await paypal.kept()).toMatchObject([
      { account_id: 'WDJJHEBZ4X2LY', type: 'PAYMENT.CAPTURE.COMPLETED', delivery_id: sent.id },
    ])
  })

  it.each([
    'https://evil.example/v1/notifications/certs/CERT-1',
    'https://api.paypal.com.evil.example/v1/notifications/certs/CERT-1',
    'http://api.paypal.com/v1/notifications/certs/CERT-1',
    'https://someone@api.paypal.com/v1/notifications/certs/CERT-1',
  ])('are refused with a certificate at %s, which is not asked for', async certificateUrl => {
    const paypal = await judge('paypal', undefined, { baseUrls })
    expect((await paypal.deliver(paypal.sign({ certificateUrl }))).status).toBe(401)
  })

  it('are not taken, but asked for again, while the certificate cannot be had', async () => {
    const paypal = await judge('paypal', undefined, { baseUrls: { 'https://api.paypal.com': 'http://127.0.0.1:9' } })
    expect((await paypal.deliver(paypal.sign())).status).toBe(503)
  })
})
