import { createHmac, randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { WebhookSender } from '../../platform.ts'

const request = z.object({
  event: z.string().default('customer.updated'),
  object: z.record(z.string(), z.unknown()).default({}),
  eventId: z.string().optional(),
  /** The signed time, in seconds; default now. An old one must be refused. */
  timestamp: z.number().int().optional(),
  /** Whose it is where it is thin: it then tells what it is about, and holds nothing of it. */
  context: z.string().optional(),
})

/** https://docs.stripe.com/webhooks#verify-manually */
export const webhooks = {
  request,
  sign({ event, object, eventId, timestamp, context, secret, at }) {
    const id = eventId ?? `evt_${randomUUID().replaceAll('-', '').slice(0, 24)}`
    const created = timestamp ?? Math.floor(at / 1000)
    const thin = {
      object: 'v2.core.event',
      context,
      created: new Date(created * 1000).toISOString(),
      related_object: null,
    }
    const snapshot = { object: 'event', created, livemode: false, data: { object } }
    const body = JSON.stringify({ id, type: event, ...(context === undefined ? snapshot : thin) })
    const signature = createHmac('sha256', secret).update(`${created}.${body}`).digest('hex')
    return {
      id,
      headers: { 'stripe-signature': `t=${created},v1=${signature}`, 'user-agent': 'Stripe/1.0' },
      body,
      signed: ['body'],
    }
  },
  trial: {
    request: () => ({}),
    proof: ['stripe-signature'],
    staleAfterMs: 300_000,
    futureAfterMs: 300_000,
  },
} satisfies WebhookSender<typeof request>
