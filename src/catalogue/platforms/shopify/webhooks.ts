import type { WebhookDefinition } from '../../schema/webhooks.ts'

export const webhooks = {
  docs: 'https://shopify.dev/docs/apps/build/webhooks/verify-deliveries',
  register:
    'Make `webhookUrl` the `uri` of the subscriptions in shopify.app.toml, or the address in `webhookSubscriptionCreate`. ' +
    'Shopify signs with the client secret. Webhooks that are made by hand in the admin, under Settings, Notifications, ' +
    'Webhooks, have a key of their own, which is shown there: it is the app’s webhook secret. So is a client secret that has been ' +
    'rotated, with which Shopify signs for up to an hour more.',
  subscribe: {
    docs: 'https://shopify.dev/docs/api/admin-rest/latest/resources/webhook',
    types: { form: 'each', dots: '/' },
    secret: 'app',
    make: {
      method: 'POST',
      path: '/webhooks.json',
      body: { webhook: { topic: '{type}', address: '{address}', format: 'json' } },
    },
    answer: { id: 'webhook.id' },
    remove: { method: 'DELETE', path: '/webhooks/{platformId}.json' },
  },
  secret: 'client',
  scheme: { kind: 'hmac', header: 'x-shopify-hmac-sha256', encoding: 'base64' },
  // https://shopify.dev/docs/apps/build/events/verify-deliveries
  otherSchemes: [{ kind: 'hmac', header: 'shopify-hmac-sha256', encoding: 'base64' }],
  shapes: [
    {
      type: { header: 'x-shopify-topic', split: '/' },
      deliveryId: { header: 'x-shopify-webhook-id' },
      account: [{ header: 'x-shopify-shop-domain' }],
    },
    {
      type: { paths: ['topic', 'action'], words: {} },
      deliveryId: { header: 'shopify-webhook-id' },
      account: [{ header: 'shopify-shop-domain' }],
    },
  ],
  // https://shopify.dev/docs/api/webhooks/latest
  triggers: {
    'app.uninstalled': { description: 'The shop removed the app' },
    'app.scopes_update': { description: 'What the app may do in the shop changed' },
    'bulk_operations.finish': { description: 'A bulk operation ended' },
    'carts.create': { description: 'A cart was made' },
    'carts.update': { description: 'A cart was changed' },
    'checkouts.create': { description: 'A checkout was begun' },
    'checkouts.update': { description: 'A checkout was changed' },
    'collections.create': { description: 'A collection was made' },
    'collections.delete': { description: 'A collection was deleted' },
    'collections.update': { description: 'A collection was changed' },
    'customers.create': { description: 'A customer was made' },
    'customers.data_request': { description: 'A customer asks what is stored about them' },
    'customers.delete': { description: 'A customer was deleted' },
    'customers.redact': { description: 'What is stored about a customer must be deleted' },
    'customers.update': { description: 'A customer was changed' },
    'draft_orders.create': { description: 'A draft order was made' },
    'draft_orders.update': { description: 'A draft order was changed' },
    'fulfillments.create': { description: 'A fulfillment was made' },
    'fulfillments.update': { description: 'A fulfillment was changed' },
    'inventory_items.create': { description: 'An inventory item was made' },
    'inventory_items.delete': { description: 'An inventory item was deleted' },
    'inventory_items.update': { description: 'An inventory item was changed' },
    'inventory_levels.update': { description: 'How much of an item is at a location changed' },
    'locations.create': { description: 'A location was made' },
    'locations.update': { description: 'A location was changed' },
    'orders.cancelled': { description: 'An order was cancelled' },
    'orders.create': { description: 'An order was placed' },
    'orders.delete': { description: 'An order was deleted' },
    'orders.edited': { description: 'The lines of an order were edited' },
    'orders.fulfilled': { description: 'An order was fulfilled' },
    'orders.paid': { description: 'An order was paid' },
    'orders.partially_fulfilled': { description: 'An order was fulfilled in part' },
    'orders.updated': { description: 'An order was changed' },
    'products.create': { description: 'A product was made' },
    'products.delete': { description: 'A product was deleted' },
    'products.update': { description: 'A product or its variants were changed' },
    'refunds.create': { description: 'A refund was made' },
    'shop.redact': { description: 'What is stored about the shop must be deleted' },
    'shop.update': { description: 'The shop’s settings were changed' },
  },
} satisfies WebhookDefinition
