import { createHash, createHmac } from 'node:crypto'
import { z } from 'zod'
import type { WebhookSender } from '../../platform.ts'

const request = z.object({
  topic: z.string().default('order.updated'),
  shop: z.string().default('https://shop.causeway.example/'),
  payload: z.unknown().optional(),
  /** The webhook's own number in the shop. */
  webhookId: z.number().int().default(7),
})

/** What PHP's `htmlspecialchars` writes, which the secret is taken for. */
const entities: [written: string, character: string][] = [
  ['&quot;', '"'],
  ['&#039;', "'"],
  ['&lt;', '<'],
  ['&gt;', '>'],
  ['&amp;', '&'],
]

let orders = 700

/**
 * https://woocommerce.github.io/woocommerce-rest-api-docs/#webhooks, and `WC_Webhook` of its source: the delivery id is made of
 * the webhook's and the second, so that what is sent within one second shares it.
 */
export const webhooks = {
  request,
  sign({ topic, shop, payload, webhookId, secret, at }) {
    const second = Math.floor(at / 1000)
    const id = createHash('md5').update(`${webhookId}${second}`).digest('hex')
    const date_modified_gmt = new Date(second * 1000).toISOString().slice(0, 19)
    const body = JSON.stringify(payload ?? { id: ++orders, status: 'processing', total: '18.00', date_modified_gmt })
    const key = entities.reduce((text, [written, character]) => text.replaceAll(written, character), secret)
    const [resource = '', event = ''] = topic.split(/\.(.*)/)
    const headers = {
      'x-wc-webhook-source': shop,
      'x-wc-webhook-topic': topic,
      'x-wc-webhook-resource': resource,
      'x-wc-webhook-event': event,
      'x-wc-webhook-signature': createHmac('sha256', key).update(body).digest('base64'),
      'x-wc-webhook-id': String(webhookId),
      'x-wc-webhook-delivery-id': id,
      'user-agent': 'WooCommerce/11.0.0 Hookshot (WordPress/7.0)',
    }
    return { id, headers, body, signed: ['body'] }
  },
  trial: {
    request: () => ({}),
    proof: ['x-wc-webhook-signature'],
    ownIds: false,
    // Each webhook of a shop has a secret of its own.
    address: 'connection',
    // The ping of a webhook that has just been made: nothing but a 200 lets it be saved as active.
    handshakes: [
      () => ({
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: 'webhook_id=7',
        answer: { status: 200 },
      }),
    ],
  },
} satisfies WebhookSender<typeof request>
