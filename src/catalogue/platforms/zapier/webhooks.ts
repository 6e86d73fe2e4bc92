import type { WebhookDefinition } from '../../schema/webhooks.ts'

// A member of the body would be the id of what it is about, which may change again.
const deliveryId = { header: 'idempotency-key' }

export const webhooks = {
  docs: 'https://help.zapier.com/hc/en-us/articles/8496326446989',
  register:
    'Choose a secret and give it to the app here. In a Zap, add the action Webhooks by Zapier, POST, with the webhook URL, the payload type JSON and ' +
    'the header `Authorization` with `Bearer` and the secret. Name the event in a member `event`. What is the same ' +
    'thing sent again is known by a header `Idempotency-Key`, where you give one.',
  scheme: { kind: 'shared-token', in: { header: 'authorization', prefix: 'Bearer ' } },
  // The action has a field for a user and a password too.
  otherSchemes: [{ kind: 'basic' }],
  shapes: [
    { type: { path: 'event' }, deliveryId, account: [], withoutAccount: 'only-connection' },
    { type: { constant: 'received' }, deliveryId, account: [], withoutAccount: 'only-connection' },
  ],
  triggers: { received: { description: 'A Zap sent something that does not name itself in `event`' } },
} satisfies WebhookDefinition
