import type { WebhookDefinition } from '../../schema/webhooks.ts'
import { aboutMessages, identified, signed } from '../meta-webhooks.ts'

const account = [{ path: 'entry[].id' }]

export const webhooks = {
  docs: 'https://developers.facebook.com/documentation/instagram-platform/webhooks/setup',
  register:
    'Choose a verify token and give it to the app here as its webhook secret. In the App Dashboard, Instagram, API setup with Instagram ' +
    'login, Configure webhooks, paste the webhook URL and the verify token, and subscribe to fields; they are those of all accounts. ' +
    "Then call `POST /me/subscribed_apps` with `subscribed_fields` through each account's connection. The app has to be live. " +
    'What it sends is signed with the Instagram app secret, which is the client secret here.',
  // Meta's page says "your app's App Secret", of which an app has two: assumed is that of Instagram login, as the webhooks are its own.
  // Where the other signs, an app of its own with that one as its client secret takes them.
  ...signed,
  shapesTogether: true,
  shapes: [
    {
      each: 'entry[].changes[]',
      type: { path: 'entry[].changes[].field' },
      account,
    },
    ...identified({
      message: 'messages',
      postback: 'messaging_postbacks',
    }),
    ...aboutMessages({
      reaction: 'message_reactions',
      message_edit: 'message_edit',
      read: 'messaging_seen',
      optin: 'messaging_optins',
      referral: 'messaging_referral',
      pass_thread_control: 'messaging_handover',
      take_thread_control: 'messaging_handover',
      request_thread_control: 'messaging_handover',
    }),
    { each: 'entry[].standby[]', type: { constant: 'standby' }, account },
  ],
  triggers: {
    comments: { description: 'Something of the account was commented on' },
    live_comments: { description: 'A live video of the account was commented on' },
    mentions: { description: 'The account was mentioned in a caption or comment' },
    story_insights: { description: 'A story ended: how it did' },
    messages: { description: 'A message came or was sent' },
    message_edit: { description: 'A message was edited' },
    message_reactions: { description: 'A person reacted to a message' },
    messaging_postbacks: { description: 'A person pressed a button of a message' },
    messaging_seen: { description: 'A person has seen a message' },
    messaging_optins: { description: 'A person agreed to get messages' },
    messaging_referral: { description: 'A person came into a conversation by a link or an ad' },
    messaging_handover: { description: 'A conversation was handed from one app to another' },
    standby: { description: 'Something was said in a conversation that another app holds' },
  },
} satisfies WebhookDefinition
