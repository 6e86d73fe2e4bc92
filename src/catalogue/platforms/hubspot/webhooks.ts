import type { WebhookDefinition } from '../../schema/webhooks.ts'

const objects = {
  company: 'company',
  contact: 'contact',
  deal: 'deal',
  line_item: 'line item',
  product: 'product',
  ticket: 'ticket',
}

const triggers = Object.fromEntries(
  Object.entries(objects).flatMap(([object, words]) => [
    [`${object}.creation`, { description: `A ${words} was made` }],
    [`${object}.deletion`, { description: `A ${words} was deleted` }],
    [`${object}.propertyChange`, { description: `A property of a ${words} was changed` }],
    [`${object}.associationChange`, { description: `What a ${words} is associated with changed` }],
    [`${object}.merge`, { description: `A ${words} was merged with another` }],
    [`${object}.restore`, { description: `A deleted ${words} was restored` }],
  ]),
)

export const webhooks = {
  docs: 'https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation',
  register:
    'Make `webhookUrl` the `targetUrl` of the app’s webhooks (in `webhooks-hsmeta.json` of its project, or under Webhooks ' +
    'in the settings of a legacy app), and subscribe to object types there. HubSpot signs with the client secret. A ' +
    'private app’s client secret, under Auth in its settings, is the app’s webhook secret.',
  secret: 'client',
  // The older signatures, which come beside it, hold no time.
  scheme: {
    kind: 'hmac',
    header: 'x-hubspot-signature-v3',
    encoding: 'base64',
    signed: '{method}{url}{body}{timestamp}',
    timestamp: { header: 'x-hubspot-request-timestamp', unit: 'milliseconds', tolerance: '5m' },
  },
  shapes: [
    {
      each: '[]',
      type: { path: '[].subscriptionType' },
      // An event id alone may come twice: https://developers.hubspot.com/docs/api-reference/legacy/webhooks/guide
      deliveryId: {
        joined: [
          { path: '[].portalId' },
          { path: '[].subscriptionId' },
          { path: '[].eventId' },
          { path: '[].occurredAt' },
        ],
      },
      account: [{ path: '[].portalId' }],
    },
  ],
  triggers: {
    ...triggers,
    'contact.privacyDeletion': { description: 'A contact was deleted for reasons of privacy' },
    'conversation.creation': { description: 'A conversation was begun' },
    'conversation.newMessage': { description: 'A message came in a conversation' },
    'object.creation': { description: 'A record of any object type was made' },
    'object.deletion': { description: 'A record of any object type was deleted' },
    'object.propertyChange': { description: 'A property of a record of any object type was changed' },
  },
} satisfies WebhookDefinition
