import { createHmac, randomBytes, randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { WebhookSender } from '../../platform.ts'

const request = z.object({
  topic: z.string().default('orders/create'),
  shop: z.string().default('causeway.myshopify.com'),
  payload: z.unknown().optional(),
  webhookId: z.string().optional(),
  /** Of the newer kind: its headers have no `X-`, and its body tells what was done to what. */
  event: z.strictObject({ topic: z.string(), action: z.enum(['create', 'update', 'delete']) }).optional(),
})

/** Ids of orders have more digits than a double: https://shopify.dev/docs/apps/build/webhooks/delivery-structure */
const example =
  '{"id":820982911946154508,"email":"jon@example.com","total_price":"318.00","currency":"USD","name":"#9999"}'

/** https://shopify.dev/docs/apps/build/webhooks/verify-deliveries, and .../events/verify-deliveries for the newer kind */
export const webhooks = {
  request,
  sign({ topic, shop, payload, webhookId, event, secret, at }) {
    const id = webhookId ?? randomUUID()
    const about = event && { ...event, handle: 'sandbox', fields_changed: [], data: {} }
    const body = event ? JSON.stringify(about) : payload === undefined ? example : JSON.stringify(payload)
    const said = {
      topic: event?.topic ?? topic,
      'hmac-sha256': createHmac('sha256', secret).update(body).digest('base64'),
      'shop-domain': shop,
      'api-version': '2026-07',
      'webhook-id': id,
      'triggered-at': new Date(at).toISOString(),
      ...(event ? { handle: 'sandbox', action: event.action } : { 'event-id': randomUUID() }),
    }
    const prefix = event ? 'shopify-' : 'x-shopify-'
    const named = Object.entries(said).map(([name, value]) => [prefix + name, value])
    const headers = { ...(Object.fromEntries(named) as Record<string, string>), 'user-agent': 'Shopify-Captain-Hook' }
    return { id, headers, body, signed: ['body'] }
  },
  trial: {
    request: () => ({}),
    secrets() {
      const clientSecret = `shpss_${randomBytes(16).toString('hex')}`
      return { signs: clientSecret, app: { clientId: randomBytes(16).toString('hex'), clientSecret } }
    },
    proof: ['x-shopify-hmac-sha256'],
  },
} satisfies WebhookSender<typeof request>
