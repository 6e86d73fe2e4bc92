import type { WebhookDefinition } from '../../schema/webhooks.ts'

export const webhooks = {
  docs: 'https://developers.tiktok.com/doc/webhooks-verification',
  register:
    'In the TikTok developer portal, the app, Webhooks, paste the webhook URL as callback URL. All events are sent then; there is nothing ' +
    'else to give: TikTok signs with the client secret.',
  secret: 'client',
  scheme: {
    kind: 'hmac',
    header: 'tiktok-signature',
    element: 's',
    encoding: 'hex',
    signed: '{timestamp}.{body}',
    // How old it may be is left to the receiver.
    timestamp: { element: 't', unit: 'seconds', tolerance: '5m' },
  },
  // Anything but 200 is sent again for three days.
  acknowledge: { status: 200 },
  shapes: [
    {
      type: { path: 'event' },
      // There is no id. A delivery that is sent again is the same text.
      deliveryId: {
        joined: [{ path: 'event' }, { path: 'create_time' }, { path: 'user_openid' }, { path: 'content' }],
      },
      account: [{ path: 'user_openid' }],
    },
  ],
  // https://developers.tiktok.com/doc/webhooks-events
  triggers: {
    'authorization.removed': { description: 'A person withdrew the authorization, or the account ended' },
    'video.upload.failed': { description: 'A video of Video Kit could not be uploaded' },
    'video.publish.completed': { description: 'A video of Video Kit was published' },
    'portability.download.ready': { description: 'Data that was asked for can be downloaded' },
    'post.publish.failed': { description: 'A post could not be published' },
    'post.publish.complete': { description: 'A post was published' },
    'post.publish.inbox_delivered': { description: 'A draft has arrived in the inbox of the creator' },
    'post.publish.publicly_available': { description: 'A post can be seen by everybody' },
    'post.publish.no_longer_publicaly_available': { description: 'A post can no longer be seen by everybody' },
  },
} satisfies WebhookDefinition
