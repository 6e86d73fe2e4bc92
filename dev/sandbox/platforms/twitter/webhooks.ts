import { createHmac, randomBytes } from 'node:crypto'
import { z } from 'zod'
import type { WebhookSender } from '../../platform.ts'

const request = z.object({
  userId: z.string().default('2244994945000000001'),
  /** An event of the X Activity API, or a list of the Account Activity API such as `tweet_create_events`. */
  event: z.string().default('post.create'),
  payload: z.record(z.string(), z.unknown()).default({}),
  eventId: z.string().optional(),
  /** Which secret signs: the app's OAuth 2.0 client secret, or its OAuth 1.0 consumer secret. */
  signedBy: z.enum(['client', 'consumer']).default('client'),
})

const newId = () => String(randomBytes(7).readUIntBE(0, 6))
const mac = (secret: string, text: string) => `sha256=${createHmac('sha256', secret).update(text).digest('base64')}`

/** https://docs.x.com/x-api/webhooks/introduction#signature-headers */
export const webhooks = {
  request,
  sign({ userId, event, payload, eventId = newId(), signedBy, secret }) {
    const activity = { event_uuid: eventId, filter: { user_id: userId }, event_type: event, tag: 'sandbox', payload }
    const body = JSON.stringify(
      event.endsWith('_events') ? { for_user_id: userId, [event]: [payload] } : { data: activity },
    )
    const header = `x-twitter-webhooks-signature${signedBy === 'client' ? '-oauth2' : ''}`
    return { id: eventId, headers: { [header]: mac(secret, body) }, body, signed: ['body', { header }] }
  },
  trial: {
    request: () => ({ eventId: newId(), payload: { id: newId(), text: 'Grüße 🌉' } }),
    secrets: () => {
      const signs = randomBytes(25).toString('base64url')
      return { signs, app: { clientId: 'c2FuZGJveC14LXRyaWFs', clientSecret: signs } }
    },
    proof: ['x-twitter-webhooks-signature-oauth2'],
    // The challenge-response check: https://docs.x.com/x-api/webhooks/quickstart#2-the-crc-check
    handshakes: [
      ({ secret }) => {
        const token = randomBytes(24).toString('base64url')
        const body = JSON.stringify({ response_token: mac(secret, token) })
        return { method: 'GET', query: { crc_token: token }, answer: { status: 200, body } }
      },
    ],
  },
} satisfies WebhookSender<typeof request>
