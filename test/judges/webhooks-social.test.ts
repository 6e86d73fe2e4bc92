import { createRequire } from 'node:module'
import { webhooks as fromSendgrid } from '../../dev/sandbox/platforms/sendgrid/webhooks.ts'
import { sendgrid } from '../../src/catalogue/platforms/sendgrid/index.ts'
import { tiktok } from '../../src/catalogue/platforms/tiktok/index.ts'
import type { WebhookDefinition } from '../../src/catalogue/schema/webhooks.ts'
import { readItems } from '../../src/inbound/read.ts'
import { isSigned } from '../../src/inbound/receiving/verify.ts'

// The platforms' own code for webhooks, and the examples of their pages: what they sign, the sandbox signs and the hub takes.

/** What a client gives, without a type. */
type Untyped = ReturnType<typeof JSON.parse>
const load = createRequire(import.meta.url) as (name: string) => Untyped
const url = 'https://hub.example.com/webhooks'
const at = Date.now()

/** Whether the hub takes it as signed. */
function isTaken(
  { scheme }: { scheme: WebhookDefinition['scheme'] },
  secret: string,
  headers: Record<string, string>,
  body: string,
): boolean {
  if (scheme.kind !== 'hmac' && scheme.kind !== 'ecdsa-p256') throw new Error(`${scheme.kind} signs nothing here`)
  return isSigned(scheme, [secret], { headers, body: Buffer.from(body) })
}

/** What the hub reads of a delivery, each as its type, whose it is, and what its id begins with where the platform gives one. */
function read(definition: WebhookDefinition, told: unknown, contentType = 'application/json') {
  const body = Buffer.from(typeof told === 'string' ? told : JSON.stringify(told))
  return readItems(definition, { headers: { 'content-type': contentType }, body }).map(item => [
    item.type,
    item.accountId,
    item.hasOwnId ? item.deliveryId : null,
  ])
}

describe('SendGrid’s verifier', () => {
  const { EventWebhook } = load('@sendgrid/eventwebhook')
  const names = ['x-twilio-email-event-webhook-signature', 'x-twilio-email-event-webhook-timestamp'] as const
  const judges = (key: string, body: string, headers: Record<string, string>): boolean => {
    const verifier = new EventWebhook()
    return verifier.verifySignature(verifier.convertPublicKeyToECDSA(key), body, headers[names[0]], headers[names[1]])
  }

  it('takes what the sandbox signs, to the last line end, and neither it nor the hub anything else', () => {
    const { signs, app } = fromSendgrid.trial.secrets()
    const { headers, body } = fromSendgrid.sign({
      ...fromSendgrid.request.parse(fromSendgrid.trial.request()),
      ...{ secret: signs, url, at },
    })
    const later = { ...headers, [names[1]]: String(Number(headers[names[1]]) + 1) }
    for (const takes of [
      judges,
      (...[key, text, sent]: Parameters<typeof judges>) => isTaken(sendgrid.webhooks, key, sent, text),
    ]) {
      expect(takes(app.webhookSecret, body, headers)).toBe(true)
      expect(takes(app.webhookSecret, body.trimEnd(), headers)).toBe(false)
      expect(takes(app.webhookSecret, body.replaceAll('\r', ''), headers)).toBe(false)
      expect(takes(app.webhookSecret, body, later)).toBe(false)
      expect(takes(fromSendgrid.trial.secrets().app.webhookSecret, body, headers)).toBe(false)
    }
  })

  it('comes with a signature that the hub takes', () => {
    const key =
      'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1flpVKS3GRqe62gw+2fNNRaINXvVpiglSI8eNEc6wEA3F+g=='
    const headers = {
      [names[0]]: 'MEUCIGHQVtGj+Y3LkG9fLcxf3qfI10QysgDWmMOVmxG0u6ZUAiEAyBiXDWzM+uOe5W0JuG+luQAbPIqHh89M15TluLtEZtM=',
      [names[1]]: '1600112502',
    }
    const event = {
      ...{ email: 'hello@world.com', event: 'dropped', reason: 'Bounced Address' },
      sg_event_id: 'ZHJvcC0xMDk5NDkxOS1MUnpYbF9OSFN0T0doUTRrb2ZTbV9BLTA',
      sg_message_id: 'LRzXl_NHStOGhQ4kofSm_A.filterdrecv-p3mdw1-756b745b58-kmzbl-18-5F5FC76C-9.0',
      'smtp-id': '<LRzXl_NHStOGhQ4kofSm_A@ismtpd0039p1iad1.sendgrid.net>',
      timestamp: 1600112492,
    }
    const body = `${JSON.stringify([event])}\r\n`
    expect([judges(key, body, headers), isTaken(sendgrid.webhooks, key, headers, body)]).toEqual([true, true])
    expect(isTaken(sendgrid.webhooks, key, headers, body.replace('hello', 'other'))).toBe(false)
    expect(read(sendgrid.webhooks, body)).toEqual([['dropped', null, event.sg_event_id]])
  })

  it('signs what the hub takes', () => {
    const { Ecdsa, PrivateKey } = load('starkbank-ecdsa')
    const key = new PrivateKey(load('starkbank-ecdsa/ellipticcurve/curve').p256)
    const body = `[${JSON.stringify({ event: 'open', sg_event_id: 'Größe' })}]\r\n`
    const headers = { [names[0]]: Ecdsa.sign(`1${body}`, key).toBase64() as string, [names[1]]: '1' }
    const secret = (key.publicKey().toPem() as string).replaceAll(/-----.*-----|\n/g, '')
    expect(isTaken(sendgrid.webhooks, secret, headers, body)).toBe(true)
    expect(isTaken(sendgrid.webhooks, secret, headers, body.replace('open', 'click'))).toBe(false)
  })
})

describe('A delivery', () => {
  it('of TikTok has no id but what it says', () => {
    const told = {
      client_key: 'bwo2m45353a6k85',
      create_time: 1615338610,
      user_openid: 'act.example',
      content: '{"reason": 1 }',
    }
    const [first] = read(tiktok.webhooks, { ...told, event: 'authorization.removed' })
    const [second] = read(tiktok.webhooks, { ...told, event: 'authorization.removed', content: '{"reason": 2 }' })
    expect(first?.slice(0, 2)).toEqual(['authorization.removed', 'act.example'])
    expect([typeof first?.[2], first?.[2] === second?.[2]]).toEqual(['string', false])
  })
})
