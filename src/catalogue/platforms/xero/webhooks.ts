import type { WebhookDefinition } from '../../schema/webhooks.ts'

export const webhooks = {
  docs: 'https://developer.xero.com/documentation/guides/webhooks/configuring-your-server/',
  register:
    'At developer.xero.com, My Apps, the app, Webhooks: tick what it is told of, make `webhookUrl` the delivery URL, and ' +
    'save. The webhooks key that is then shown is the app’s webhook secret. After it has been given here, press Send ' +
    '"Intent to receive".',
  scheme: { kind: 'hmac', header: 'x-xero-signature', encoding: 'base64' },
  // The intent to receive: a right signature is answered 200, a wrong one 401.
  handshakes: [{ kind: 'body', when: [{ path: 'events', empty: true }], answer: { status: 200 } }],
  // A body in the answer is a failure: https://developer.xero.com/documentation/guides/webhooks/configuring-your-server/
  acknowledge: { status: 200 },
  shapes: [
    {
      each: 'events[]',
      type: { paths: ['events[].eventCategory', 'events[].eventType'], words: {} },
      // Events have no id, and what was not taken is sent again for a day.
      deliveryId: {
        joined: [
          { path: 'events[].tenantId' },
          { path: 'events[].resourceId' },
          { path: 'events[].eventCategory' },
          { path: 'events[].eventType' },
          { path: 'events[].eventDateUtc' },
        ],
      },
      account: [{ path: 'events[].tenantId' }],
    },
  ],
  triggers: {
    'contact.create': { description: 'A contact was made', model: 'contacts' },
    'contact.update': { description: 'A contact was changed', model: 'contacts' },
    'invoice.create': { description: 'An invoice or bill was made', model: 'invoices' },
    'invoice.update': { description: 'An invoice or bill was changed', model: 'invoices' },
    'creditnote.create': { description: 'A credit note was made' },
    'creditnote.update': { description: 'A credit note was changed' },
    'subscription.create': { description: 'A subscription of the app store was made' },
    'subscription.update': { description: 'A subscription of the app store was changed' },
  },
} satisfies WebhookDefinition
