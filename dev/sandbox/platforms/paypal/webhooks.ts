import { randomBytes, randomUUID, sign } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { z } from 'zod'
import { knownPrivateKey } from '../../known-key.ts'
import { random } from '../../oauth/dialect.ts'
import type { WebhookSender } from '../../platform.ts'
import { authority, certificatePath } from './certificates.ts'

const request = z.object({
  event: z.string().default('PAYMENT.CAPTURE.COMPLETED'),
  merchant: z.string().default('WDJJHEBZ4X2LY'),
  resource: z.record(z.string(), z.unknown()).default({}),
  eventId: z.string().optional(),
  /** Where the certificate is said to be. */
  certificateUrl: z.string().default(`https://api.paypal.com${certificatePath}`),
  /** `SHA256withRSA` is what PayPal has. */
  algorithm: z.string().default('SHA256withRSA'),
})

const eventId = () => `WH-${random(17).toUpperCase()}-${random(17).toUpperCase()}`

/** https://developer.paypal.com/api/rest/webhooks/rest/: the secret is the webhook's id. */
export const webhooks = {
  request,
  sign({ event, merchant, resource, eventId: given, certificateUrl, algorithm, secret, at }) {
    const id = given ?? eventId()
    const body = JSON.stringify({
      id,
      event_version: '1.0',
      create_time: new Date(at).toISOString(),
      resource_type: 'capture',
      resource_version: '2.0',
      event_type: event,
      summary: 'Payment completed for $ 30.0 USD',
      resource: { id: random(17).toUpperCase(), payee: { merchant_id: merchant }, ...resource },
      links: [{ href: `https://api.paypal.com/v1/notifications/webhooks-events/${id}`, rel: 'self', method: 'GET' }],
    })
    const transmission = randomUUID()
    const time = new Date(at).toISOString().replace(/\.\d+Z$/, 'Z')
    const message = `${transmission}|${time}|${secret}|${crc32(body)}`
    const headers = {
      'paypal-transmission-id': transmission,
      'paypal-transmission-time': time,
      'paypal-transmission-sig': sign('sha256', Buffer.from(message), knownPrivateKey).toString('base64'),
      'paypal-cert-url': certificateUrl,
      'paypal-auth-algo': algorithm,
      'user-agent': 'PayPal/AUHD-214.0-56930270',
    }
    return {
      id,
      headers,
      body,
      signed: ['body', { header: 'paypal-transmission-id' }, { header: 'paypal-transmission-time' }],
    }
  },
  trial: {
    request: () => ({}),
    secrets() {
      const webhookId = randomBytes(9).toString('hex').toUpperCase().slice(0, 17)
      return { signs: webhookId, app: { webhookSecret: webhookId } }
    },
    proof: [...['paypal-transmission-id', 'paypal-transmission-time', 'paypal-transmission-sig', 'paypal-cert-url']],
    authorities: [authority],
  },
} satisfies WebhookSender<typeof request>
