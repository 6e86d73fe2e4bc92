import type { WebhookDefinition } from '../../schema/webhooks.ts'

export const webhooks = {
  docs: 'https://developers.google.com/workspace/calendar/api/guides/push',
  register:
    'Make an address of the connection (POST /v1/connections/:connectionId/webhook-addresses) with a secret of your own, and pass its webhookUrl as the address ' +
    'and the secret as the token of a channel: POST /calendar/v3/calendars/:id/events/watch through the proxy. Channels end, after a week at most: make another before.',
  subscribe: {
    docs: 'https://developers.google.com/workspace/calendar/api/guides/push',
    about: { calendar: 'The calendar: primary, or its id' },
    secret: 'ours',
    make: {
      method: 'POST',
      path: '/calendar/v3/calendars/{calendar}/events/watch',
      body: { id: '{id}', type: 'web_hook', address: '{address}', token: '{secret}', expiration: '{expiresAtMs}' },
    },
    answer: { id: 'id', resource: 'resourceId', expiresAt: 'expiration' },
    lifetime: '7d',
    renew: 'again',
    remove: {
      method: 'POST',
      path: '/calendar/v3/channels/stop',
      body: { id: '{platformId}', resourceId: '{platformResource}' },
    },
  },
  scheme: { kind: 'shared-token', in: { header: 'x-goog-channel-token' } },
  // The body is empty. A channel names no account, and each of its messages has a number.
  shapes: [
    {
      type: { header: 'x-goog-resource-state' },
      deliveryId: { joined: [{ header: 'x-goog-channel-id' }, { header: 'x-goog-message-number' }] },
      account: [],
    },
  ],
  triggers: {
    sync: { description: 'A channel was made: nothing has changed yet' },
    exists: { description: 'Something changed in what is watched' },
    not_exists: { description: 'What is watched was deleted' },
  },
} satisfies WebhookDefinition
