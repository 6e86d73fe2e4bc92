import type { WebhookDefinition } from '../../schema/webhooks.ts'

export const webhooks = {
  docs: 'https://docs.stripe.com/webhooks',
  register:
    'In the Dashboard under Developers, Webhooks, Add destination: `webhookUrl` is the endpoint URL, and its signing ' +
    'secret (`whsec_…`) is the webhook secret.',
  // A restricted key needs to write webhook endpoints. An account has sixteen at most.
  subscribe: {
    docs: 'https://docs.stripe.com/api/webhook_endpoints/create',
    types: { form: 'list' },
    secret: 'theirs',
    make: {
      method: 'POST',
      path: '/v1/webhook_endpoints',
      encoding: 'form',
      body: { url: '{address}', enabled_events: '{types}', description: 'Causeway' },
    },
    answer: { id: 'id', secret: 'secret' },
    remove: { method: 'DELETE', path: '/v1/webhook_endpoints/{platformId}' },
  },
  scheme: {
    kind: 'hmac',
    header: 'stripe-signature',
    element: 'v1',
    encoding: 'hex',
    signed: '{timestamp}.{body}',
    timestamp: { element: 't', unit: 'seconds', tolerance: '5m' },
  },
  shapes: [
    {
      type: { path: 'type' },
      deliveryId: { path: 'id' },
      // Only a Connect platform's events name their account, in `context` where they are thin; an account's own endpoint has its own secret, so its own app.
      account: [{ path: 'account' }, { path: 'context' }],
      withoutAccount: 'only-connection',
    },
  ],
  triggers: {
    'account.updated': { description: 'The account or its requirements changed' },
    'charge.dispute.closed': { description: 'A dispute was closed' },
    'charge.dispute.created': { description: 'A payment was disputed' },
    'charge.failed': { description: 'A charge failed' },
    'charge.refunded': { description: 'A charge was refunded, wholly or in part' },
    'charge.succeeded': { description: 'A charge succeeded' },
    'checkout.session.completed': { description: 'A checkout was completed' },
    'checkout.session.expired': { description: 'A checkout expired' },
    'customer.created': { description: 'A customer was created', model: 'customers' },
    'customer.deleted': { description: 'A customer was deleted', model: 'customers' },
    'customer.subscription.created': { description: 'A subscription began' },
    'customer.subscription.deleted': { description: 'A subscription ended' },
    'customer.subscription.updated': { description: 'A subscription changed' },
    'customer.updated': { description: 'A customer was changed', model: 'customers' },
    'invoice.created': { description: 'An invoice was created' },
    'invoice.finalized': { description: 'An invoice was finalized' },
    'invoice.paid': { description: 'An invoice was paid' },
    'invoice.payment_failed': { description: 'The payment of an invoice failed' },
    'invoice.updated': { description: 'An invoice was changed' },
    'invoice.voided': { description: 'An invoice was voided' },
    'payment_intent.canceled': { description: 'A payment was cancelled' },
    'payment_intent.created': { description: 'A payment was begun' },
    'payment_intent.payment_failed': { description: 'A payment failed' },
    'payment_intent.succeeded': { description: 'A payment succeeded' },
    'payout.failed': { description: 'A payout failed' },
    'payout.paid': { description: 'A payout arrived' },
    'price.created': { description: 'A price was created' },
    'price.updated': { description: 'A price was changed' },
    'product.created': { description: 'A product was created' },
    'product.deleted': { description: 'A product was deleted' },
    'product.updated': { description: 'A product was changed' },
    'refund.created': { description: 'A refund was made' },
  },
} satisfies WebhookDefinition
