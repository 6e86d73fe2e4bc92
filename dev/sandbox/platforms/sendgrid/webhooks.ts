import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { z } from 'zod'
import type { WebhookSender } from '../../platform.ts'

const event = z.looseObject({
  event: z.string().default('delivered'),
  email: z.string().default('ada@causeway.example'),
  sg_event_id: z.string().default(() => randomBytes(16).toString('base64')),
})

const signedHeaders = ['x-twilio-email-event-webhook-signature', 'x-twilio-email-event-webhook-timestamp']

const request = z.object({ events: z.array(event).min(1).prefault([{}]) })

/**
 * https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features
 * The secret is the private key, in PEM.
 */
export const webhooks = {
  request,
  sign({ events, secret, at }) {
    const timestamp = String(Math.floor(at / 1000))
    const told = events.map(one => ({
      ...{ timestamp: Number(timestamp), 'smtp-id': '<14c5d75ce93.dfd.64b469@ismtpd-555>' },
      ...{ sg_message_id: '14c5d75ce93.dfd.64b469.0', ...one },
    }))
    // A line for each event, ended as in a mail: these bytes are signed.
    const body = `[${told.map(one => JSON.stringify(one)).join(',\r\n')}]\r\n`
    const signature = sign('sha256', Buffer.from(timestamp + body), { key: secret, dsaEncoding: 'der' }).toString(
      'base64',
    )
    const headers = {
      'x-twilio-email-event-webhook-signature': signature,
      'x-twilio-email-event-webhook-timestamp': timestamp,
      'user-agent': 'SendGrid Event API',
    }
    return {
      id: told[0]!.sg_event_id,
      headers,
      body,
      signed: ['body', ...signedHeaders.map(header => ({ header }))],
    }
  },
  trial: {
    request: () => ({
      events: ['delivered', 'open'].map(name => ({ event: name, sg_event_id: randomBytes(16).toString('base64') })),
    }),
    secrets: () => {
      const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
      return {
        signs: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
        app: { webhookSecret: publicKey.export({ type: 'spki', format: 'der' }).toString('base64') },
      }
    },
    proof: signedHeaders,
  },
} satisfies WebhookSender<typeof request>
