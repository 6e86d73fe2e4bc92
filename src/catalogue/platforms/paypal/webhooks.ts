import type { WebhookDefinition } from '../../schema/webhooks.ts'

export const webhooks = {
  docs: 'https://developer.paypal.com/api/rest/webhooks/rest/',
  register:
    'In the Developer Dashboard under Apps & Credentials, the app, Webhooks, Add Webhook: `webhookUrl` is the URL. The ' +
    'Webhook ID that the list then shows is the webhook secret: PayPal signs it with each event. A connection with a ' +
    'client of its own has an address with a key, whose secret that id is.',
  // The id is what is signed with each event. An app has ten at most.
  subscribe: {
    docs: 'https://developer.paypal.com/api/rest/webhooks/rest/',
    types: { form: 'list', entry: { name: '{type}' } },
    secret: 'theirs',
    make: {
      method: 'POST',
      path: '/v1/notifications/webhooks',
      body: { url: '{address}', event_types: '{types}' },
    },
    answer: { id: 'id', secret: 'id' },
    remove: { method: 'DELETE', path: '/v1/notifications/webhooks/{platformId}' },
  },
  // PayPal's own clients for Python and Ruby read the first certificate of the file and bring DigiCert's intermediate along. Where the
  // file has it not, it is one for NODE_EXTRA_CA_CERTS: a certificate that leads to no authority is refused.
  scheme: {
    kind: 'certificate',
    header: 'paypal-transmission-sig',
    certificate: {
      header: 'paypal-cert-url',
      origins: [
        ...['https://api.paypal.com', 'https://api-m.paypal.com'],
        ...['https://api.sandbox.paypal.com', 'https://api-m.sandbox.paypal.com'],
      ],
      names: ['messageverificationcerts.paypal.com', 'messageverificationcerts.sandbox.paypal.com'],
    },
    signed: '{header:paypal-transmission-id}|{header:paypal-transmission-time}|{secret}|{crc32}',
  },
  shapes: [
    {
      type: { path: 'event_type' },
      deliveryId: { path: 'id' },
      // Where it says to whom was paid; an app is of one merchant otherwise.
      account: [
        { path: 'resource.payee.merchant_id' },
        { path: 'resource.purchase_units[].payee.merchant_id' },
        { path: 'resource.transactions[].payee.merchant_id' },
        { path: 'resource.disputed_transactions[].seller.merchant_id' },
      ],
      withoutAccount: 'only-connection',
    },
  ],
  // https://developer.paypal.com/api/rest/webhooks/event-names/
  triggers: {
    'BILLING.PLAN.CREATED': { description: 'A billing plan was made' },
    'BILLING.PLAN.UPDATED': { description: 'A billing plan was changed' },
    'BILLING.SUBSCRIPTION.ACTIVATED': { description: 'A subscription began' },
    'BILLING.SUBSCRIPTION.CANCELLED': { description: 'A subscription was cancelled' },
    'BILLING.SUBSCRIPTION.CREATED': { description: 'A subscription was made' },
    'BILLING.SUBSCRIPTION.EXPIRED': { description: 'A subscription ended' },
    'BILLING.SUBSCRIPTION.PAYMENT.FAILED': { description: 'A payment of a subscription failed' },
    'BILLING.SUBSCRIPTION.SUSPENDED': { description: 'A subscription was suspended' },
    'BILLING.SUBSCRIPTION.UPDATED': { description: 'A subscription was changed' },
    'CATALOG.PRODUCT.CREATED': { description: 'A product was made' },
    'CATALOG.PRODUCT.UPDATED': { description: 'A product was changed' },
    'CHECKOUT.ORDER.APPROVED': { description: 'A buyer approved an order' },
    'CHECKOUT.ORDER.COMPLETED': { description: 'An order was completed' },
    'CHECKOUT.PAYMENT-APPROVAL.REVERSED': {
      description: 'A payment that was approved was not captured, and went back',
    },
    'CUSTOMER.DISPUTE.CREATED': { description: 'A payment was disputed' },
    'CUSTOMER.DISPUTE.RESOLVED': { description: 'A dispute was resolved' },
    'CUSTOMER.DISPUTE.UPDATED': { description: 'A dispute changed' },
    'INVOICING.INVOICE.CANCELLED': { description: 'An invoice was cancelled' },
    'INVOICING.INVOICE.CREATED': { description: 'An invoice was made' },
    'INVOICING.INVOICE.PAID': { description: 'An invoice was paid, wholly or in part' },
    'INVOICING.INVOICE.REFUNDED': { description: 'An invoice was refunded, wholly or in part' },
    'INVOICING.INVOICE.SCHEDULED': { description: 'An invoice was scheduled' },
    'INVOICING.INVOICE.UPDATED': { description: 'An invoice was changed' },
    'MERCHANT.PARTNER-CONSENT.REVOKED': { description: 'A merchant took the app’s permissions back' },
    'PAYMENT.AUTHORIZATION.CREATED': { description: 'A payment was authorized' },
    'PAYMENT.AUTHORIZATION.VOIDED': { description: 'An authorization was voided' },
    'PAYMENT.CAPTURE.COMPLETED': { description: 'A payment arrived' },
    'PAYMENT.CAPTURE.DECLINED': { description: 'A payment was declined' },
    'PAYMENT.CAPTURE.DENIED': { description: 'A payment was denied' },
    'PAYMENT.CAPTURE.PENDING': { description: 'A payment is pending' },
    'PAYMENT.CAPTURE.REFUNDED': { description: 'A payment was refunded' },
    'PAYMENT.CAPTURE.REVERSED': { description: 'PayPal took a payment back' },
    'PAYMENT.PAYOUTSBATCH.SUCCESS': { description: 'A batch of payouts was completed' },
    'PAYMENT.SALE.COMPLETED': { description: 'A payment of a subscription arrived' },
    'PAYMENT.SALE.REFUNDED': { description: 'A payment of a subscription was refunded' },
    'PAYMENT.SALE.REVERSED': { description: 'PayPal took a payment of a subscription back' },
  },
} satisfies WebhookDefinition
