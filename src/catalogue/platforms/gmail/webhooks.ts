import type { WebhookDefinition } from '../../schema/webhooks.ts'

/** What an app of Gmail has beside its client, where it has mailboxes watched. */
export const app = {
  fields: [
    {
      name: 'pushServiceAccount',
      label: 'Service account of the push subscription',
      help: 'Google Cloud console, Pub/Sub, Subscriptions, yours, Enable authentication: the e-mail address chosen there',
      pattern: '^[^@\\s]+@[^@\\s]+\\.gserviceaccount\\.com$',
    },
  ],
}

export const webhooks = {
  docs: 'https://developers.google.com/workspace/gmail/api/guides/push',
  register:
    'Google Cloud console, Pub/Sub: make a topic, and let gmail-api-push@system.gserviceaccount.com publish to it. Make a push subscription of it with the ' +
    'webhookUrl of the app as its endpoint and with authentication, leave the audience empty, and give the app the service account as pushServiceAccount. ' +
    'Then have the hub watch each mailbox, or call users.watch with topicName, through the proxy, once a day: a watch ends after seven.',
  // A mailbox has one watch of a project: to end any of a mailbox's ends it.
  subscribe: {
    docs: 'https://developers.google.com/workspace/gmail/api/guides/push',
    about: { topic: 'The topic, as in projects/my-project/topics/gmail' },
    secret: 'app',
    to: 'app',
    make: { method: 'POST', path: '/gmail/v1/users/me/watch', body: { topicName: '{topic}' } },
    answer: { id: 'historyId', expiresAt: 'expiration' },
    lifetime: '7d',
    renewEvery: '1d',
    renew: { method: 'POST', path: '/gmail/v1/users/me/watch', body: { topicName: '{topic}' } },
    remove: { method: 'POST', path: '/gmail/v1/users/me/stop' },
  },
  // https://docs.cloud.google.com/pubsub/docs/authenticate-push-subscriptions
  scheme: {
    kind: 'jwt',
    token: { header: 'authorization', prefix: 'Bearer ' },
    keys: 'https://www.googleapis.com/oauth2/v3/certs',
    issuers: ['https://accounts.google.com', 'accounts.google.com'],
    audience: 'url',
    claims: { email: { field: 'pushServiceAccount' }, email_verified: true },
  },
  shapes: [
    {
      when: 'message.data',
      type: { constant: 'mailbox.changed' },
      deliveryId: { path: 'message.messageId' },
      account: [{ path: 'message.data', decode: 'base64-json', inside: 'emailAddress' }],
    },
  ],
  triggers: {
    'mailbox.changed': {
      description: 'A mailbox changed: history.list tells what, from the historyId before this one',
    },
  },
} satisfies WebhookDefinition
