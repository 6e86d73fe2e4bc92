import type { WebhookDefinition } from '../../schema/webhooks.ts'
import type { WebhookShape } from '../../schema/webhooks/shapes.ts'

const mac = { kind: 'hmac', prefix: 'sha256=', encoding: 'base64' } as const
const account = [{ path: 'for_user_id' }]

/** Items of the Account Activity API: a list for each kind, whose name is the type. */
function listed(type: string, ...id: string[]): WebhookShape {
  const fields = ['for_user_id', ...id.map(member => `${type}[].${member}`)].map(path => ({ path }))
  const deliveryId = id.length > 0 ? { deliveryId: { joined: fields } } : {}
  return { each: `${type}[]`, type: { constant: type }, ...deliveryId, account }
}

/** Items that are one kind or its contrary. */
function turned(list: string, words: Record<string, string>): WebhookShape {
  const members = ['type', 'source.id', 'target.id', 'created_timestamp'].map(member => `${list}[].${member}`)
  return {
    each: `${list}[]`,
    type: { paths: [`${list}[].type`], words },
    deliveryId: { joined: ['for_user_id', ...members].map(path => ({ path })) },
    account,
  }
}

export const webhooks = {
  docs: 'https://docs.x.com/x-api/webhooks/introduction',
  register:
    'Call `POST https://api.x.com/2/webhooks` with the webhook URL and the bearer token of the app, and subscribe accounts to it, by the X ' +
    'Activity API or the Account Activity API. X signs with the OAuth 2.0 client secret. An app that X signs for with the OAuth 1.0 consumer secret ' +
    '(API key secret) alone needs that one here as its webhook secret.',
  secret: 'client',
  scheme: { ...mac, header: 'x-twitter-webhooks-signature-oauth2' },
  otherSchemes: [{ ...mac, header: 'x-twitter-webhooks-signature' }],
  handshakes: [
    {
      kind: 'query',
      method: 'GET',
      value: 'crc_token',
      answer: { json: { response_token: { hmac: 'base64', prefix: 'sha256=' } } },
    },
  ],
  // It wants 200.
  acknowledge: { status: 200 },
  shapesTogether: true,
  shapes: [
    // https://docs.x.com/x-api/activity/event-payloads
    {
      when: 'data.event_type',
      type: { path: 'data.event_type' },
      deliveryId: { path: 'data.event_uuid' },
      account: [{ path: 'data.filter.user_id' }],
    },
    // https://docs.x.com/x-api/account-activity/introduction
    listed('tweet_create_events', 'id_str'),
    listed('tweet_delete_events', 'status.id', 'timestamp_ms'),
    listed('favorite_events', 'id'),
    turned('follow_events', { follow: 'follow_events', unfollow: 'unfollow_events' }),
    turned('block_events', { block: 'block_events', unblock: 'unblock_events' }),
    turned('mute_events', { mute: 'mute_events', unmute: 'unmute_events' }),
    listed('direct_message_events', 'id', 'created_timestamp'),
    listed('direct_message_indicate_typing_events'),
    listed('direct_message_mark_read_events'),
    {
      when: 'user_event.revoke',
      type: { constant: 'user_event.revoke' },
      account: [{ path: 'user_event.revoke.source.user_id' }],
    },
    { when: 'replay_job_status', type: { constant: 'replay_job_status' }, account: [] },
  ],
  triggers: {
    'post.create': { description: 'The account posted' },
    'post.delete': { description: 'The account deleted a post' },
    'post.mention.create': { description: 'The account was mentioned in a post' },
    'post.reply.create': { description: 'The account was replied to, or replied' },
    'post.quote.create': { description: 'A post of the account was quoted, or it quoted one' },
    'post.repost.create': { description: 'A post of the account was reposted, or it reposted one' },
    'like.create': { description: 'The account liked a post, or its post was liked' },
    'follow.follow': { description: 'The account followed another' },
    'follow.unfollow': { description: 'The account unfollowed another' },
    'mute.mute': { description: 'The account muted another' },
    'mute.unmute': { description: 'The account no longer mutes another' },
    'block.block': { description: 'The account blocked another' },
    'block.unblock': { description: 'The account no longer blocks another' },
    'dm.sent': { description: 'The account sent a direct message' },
    'dm.received': { description: 'The account got a direct message' },
    'dm.read': { description: 'A direct message was read' },
    'chat.received': { description: 'The account got an encrypted message' },
    'oauth.revoke': { description: 'A person withdrew the authorization of the app' },
    'profile.update.bio': { description: 'The description of the profile changed' },
    'profile.update.profile_picture': { description: 'The picture of the profile changed' },
    'profile.update.banner_picture': { description: 'The banner of the profile changed' },
    'profile.update.geo': { description: 'The place of the profile changed' },
    'profile.update.url': { description: 'The website of the profile changed' },
    'profile.update.screenname': { description: 'The name of the account changed' },
    'profile.update.verified_badge': { description: 'The verified badge changed' },
    tweet_create_events: { description: 'A post, repost, reply, quote or mention by the account or of it' },
    tweet_delete_events: { description: 'A post of the account was deleted' },
    favorite_events: { description: 'The account liked a post, or its post was liked' },
    follow_events: { description: 'The account followed another, or was followed' },
    unfollow_events: { description: 'The account unfollowed another' },
    block_events: { description: 'The account blocked another' },
    unblock_events: { description: 'The account no longer blocks another' },
    mute_events: { description: 'The account muted another' },
    unmute_events: { description: 'The account no longer mutes another' },
    direct_message_events: { description: 'The account sent or got a direct message' },
    direct_message_indicate_typing_events: { description: 'A person is typing a message to the account' },
    direct_message_mark_read_events: { description: 'A person read a message of the account' },
    'user_event.revoke': { description: 'A person withdrew the authorization of the app' },
    replay_job_status: { description: 'What was missed has been sent again' },
  },
} satisfies WebhookDefinition
