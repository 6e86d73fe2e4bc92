import type { WebhookDefinition } from '../../schema/webhooks.ts'

export const webhooks = {
  docs: 'https://woocommerce.com/document/webhooks/',
  register:
    'In the shop under WooCommerce, Settings, Advanced, Webhooks, Add webhook: `webhookUrl` is the delivery URL, the secret ' +
    'is the one given here. Each webhook of a shop has a secret of its own, so an address with a key suits it best.',
  // A key has to be one that may write. A webhook is gone at once or not at all: none is put in the trash.
  subscribe: {
    docs: 'https://woocommerce.github.io/woocommerce-rest-api-docs/#create-a-webhook',
    types: { form: 'each' },
    secret: 'ours',
    make: {
      method: 'POST',
      path: '/webhooks',
      body: { name: 'Causeway', topic: '{type}', delivery_url: '{address}', secret: '{secret}', status: 'active' },
    },
    answer: { id: 'id' },
    remove: { method: 'DELETE', path: '/webhooks/{platformId}', query: { force: 'true' } },
  },
  scheme: { kind: 'hmac', header: 'x-wc-webhook-signature', encoding: 'base64' },
  // The ping when a webhook is made is not signed, and wants a 200.
  handshakes: [{ kind: 'ping', method: 'POST', field: 'webhook_id' }],
  shapes: [
    {
      type: { header: 'x-wc-webhook-topic' },
      // Its delivery ids hash the webhook and the second: what happens within a second shares one. Nothing is sent again.
      account: [{ header: 'x-wc-webhook-source', pattern: '^https?://([^/:]+)' }],
    },
  ],
  triggers: {
    'coupon.created': { description: 'A coupon was made' },
    'coupon.deleted': { description: 'A coupon was put in the trash' },
    'coupon.restored': { description: 'A coupon was taken out of the trash' },
    'coupon.updated': { description: 'A coupon was changed' },
    'customer.created': { description: 'A customer was made' },
    'customer.deleted': { description: 'A customer was deleted' },
    'customer.updated': { description: 'A customer was changed' },
    'order.created': { description: 'An order was placed' },
    'order.deleted': { description: 'An order was put in the trash' },
    'order.restored': { description: 'An order was taken out of the trash' },
    'order.updated': { description: 'An order was changed, or refunded' },
    'product.created': { description: 'A product or variation was made' },
    'product.deleted': { description: 'A product was put in the trash' },
    'product.restored': { description: 'A product was taken out of the trash' },
    'product.updated': { description: 'A product or variation was changed' },
  },
} satisfies WebhookDefinition
