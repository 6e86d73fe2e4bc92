import type { WebhookDefinition } from '../../schema/webhooks.ts'

export const webhooks = {
  docs: 'https://developers.google.com/youtube/v3/guides/push_notifications',
  register:
    'Make an address of the connection (POST /v1/connections/:connectionId/webhook-addresses) with a secret of your own and, as its topic, ' +
    'https://www.youtube.com/feeds/videos.xml?channel_id=… of the channel. Then send the form of https://pubsubhubbub.appspot.com/subscribe: the webhookUrl as ' +
    'callback, that topic, the secret. A subscription ends within days: ask again before.',
  // https://www.w3.org/TR/websub/#signature-validation
  scheme: { kind: 'hmac', hash: 'sha1', header: 'x-hub-signature', prefix: 'sha1=', encoding: 'hex' },
  // The hub has to be told of a success all the same: https://www.w3.org/TR/websub/#authenticated-content-distribution
  onBadSignature: 'ignore',
  handshakes: [{ kind: 'websub' }],
  xml: { lists: ['entry', 'at:deleted-entry'] },
  shapesTogether: true,
  shapes: [
    {
      each: 'feed.entry[]',
      when: 'feed.entry[].yt:videoId',
      type: { constant: 'video.changed' },
      deliveryId: { joined: [{ path: 'feed.entry[].yt:videoId' }, { path: 'feed.entry[].updated' }] },
      account: [{ path: 'feed.entry[].yt:channelId' }],
    },
    // https://www.rfc-editor.org/rfc/rfc6721
    {
      each: 'feed.at:deleted-entry[]',
      when: 'feed.at:deleted-entry[].@ref',
      type: { constant: 'video.deleted' },
      deliveryId: { joined: [{ path: 'feed.at:deleted-entry[].@ref' }, { path: 'feed.at:deleted-entry[].@when' }] },
      account: [{ path: 'feed.at:deleted-entry[].at:by.uri', pattern: '/channel/([A-Za-z0-9_-]+)$' }],
    },
  ],
  triggers: {
    'video.changed': { description: 'A video was uploaded, or its title or description changed' },
    'video.deleted': { description: 'A video was deleted, or is no longer public' },
  },
} satisfies WebhookDefinition
