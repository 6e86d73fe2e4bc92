import type { WebhookDefinition } from '../../schema/webhooks.ts'
import { aboutMessages, identified, signed } from '../meta-webhooks.ts'

const account = [{ path: 'entry[].id' }]

export const webhooks = {
  docs: 'https://developers.facebook.com/docs/graph-api/webhooks/getting-started/webhooks-for-pages',
  register:
    'Choose a verify token and give it to the app here as its webhook secret. In the App Dashboard, Webhooks, choose Page (or User), ' +
    'paste the webhook URL and the verify token, and subscribe to fields. Then call `POST /{page-id}/subscribed_apps` with ' +
    "`subscribed_fields` through each page's connection. Only a live app gets what is about others than its own people. " +
    'What is sent is signed with the app secret, which is the client secret here.',
  ...signed,
  shapesTogether: true,
  shapes: [
    {
      each: 'entry[].changes[]',
      when: 'entry[].changes[].value.leadgen_id',
      type: { paths: ['object', 'entry[].changes[].field'], words: {} },
      deliveryId: { path: 'entry[].changes[].value.leadgen_id' },
      account,
    },
    {
      each: 'entry[].changes[]',
      type: { paths: ['object', 'entry[].changes[].field'], words: {} },
      account,
    },
    ...identified({
      'message.is_echo': 'page.message_echoes',
      message: 'page.messages',
      postback: 'page.messaging_postbacks',
    }),
    ...aboutMessages({
      reaction: 'page.message_reactions',
      message_edit: 'page.message_edits',
      read: 'page.message_reads',
      delivery: 'page.message_deliveries',
      optin: 'page.messaging_optins',
      referral: 'page.messaging_referrals',
      account_linking: 'page.messaging_account_linking',
      policy_enforcement: 'page.messaging_policy_enforcement',
      pass_thread_control: 'page.messaging_handovers',
      take_thread_control: 'page.messaging_handovers',
      request_thread_control: 'page.messaging_handovers',
      app_roles: 'page.messaging_handovers',
    }),
    { each: 'entry[].standby[]', type: { constant: 'page.standby' }, account },
  ],
  triggers: {
    'page.feed': { description: 'Something was posted, commented, liked or shared on the page' },
    'page.leadgen': { description: 'A person filled in a lead form' },
    'page.leadgen_update': { description: 'A lead form or its settings changed' },
    'page.mention': { description: 'The page was mentioned' },
    'page.ratings': { description: 'The page was recommended or reviewed' },
    'page.videos': { description: 'A video was processed or published' },
    'page.live_videos': { description: 'A live video began, ended or changed' },
    'page.messages': { description: 'A person wrote a message to the page' },
    'page.message_echoes': { description: 'The page sent a message' },
    'page.message_edits': { description: 'A person edited a message' },
    'page.message_reactions': { description: 'A person reacted to a message of the page' },
    'page.message_reads': { description: 'A person read what the page had sent' },
    'page.message_deliveries': { description: 'A message of the page was delivered' },
    'page.messaging_postbacks': { description: 'A person pressed a button of a message or menu' },
    'page.messaging_optins': { description: 'A person agreed to get messages' },
    'page.messaging_referrals': { description: 'A person came into a conversation by a link or an ad' },
    'page.messaging_account_linking': { description: 'A person linked or unlinked an account' },
    'page.messaging_policy_enforcement': { description: 'A policy was, or is to be, enforced on the app' },
    'page.messaging_handovers': { description: 'A conversation was handed from one app to another' },
    'page.standby': { description: 'Something was said in a conversation that another app holds' },
    'page.name': { description: 'The name of the page changed' },
    'page.about': { description: 'The description of the page changed' },
    'page.category': { description: 'The category of the page changed' },
    'page.hours': { description: 'The opening hours of the page changed' },
    'page.location': { description: 'The address of the page changed' },
    'page.phone': { description: 'The telephone number of the page changed' },
    'page.website': { description: 'The website of the page changed' },
    'page.picture': { description: 'The picture of the page changed' },
    'user.email': { description: 'The e-mail address of a person changed' },
    'user.name': { description: 'The name of a person changed' },
  },
} satisfies WebhookDefinition
