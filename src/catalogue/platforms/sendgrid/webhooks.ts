import type { WebhookDefinition } from '../../schema/webhooks.ts'

export const webhooks = {
  docs: 'https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features',
  register:
    'In SendGrid, Settings, Mail Settings, Event Webhooks, paste the webhook URL and turn on Signed Event Webhook. Give the app here the ' +
    'verification key that it shows then as its webhook secret. With several accounts, make an address with a key for each. For mails that come in, ' +
    'Settings, Inbound Parse: paste the URL of another app, with the key of its security policy as its webhook secret; or without a policy ' +
    '`user:password` as the secret, and before the host of the URL, with an @ behind it.',
  scheme: {
    kind: 'ecdsa-p256',
    header: 'x-twilio-email-event-webhook-signature',
    signed: '{timestamp}{body}',
    // Whether a batch that is sent again for a day bears a new time is not said, so the time is not judged.
    timestamp: { header: 'x-twilio-email-event-webhook-timestamp', unit: 'seconds' },
  },
  // Inbound Parse with no security policy: https://www.twilio.com/docs/sendgrid/for-developers/parsing-email/securing-your-parse-webhooks
  otherSchemes: [{ kind: 'basic' }],
  multipart: { charsets: 'charsets' },
  // A mail of up to 25 MB, whose files are sent as they were before they were encoded.
  bodyLimit: 20 * 1024 * 1024,
  // https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event
  shapes: [
    {
      each: '[]',
      type: { path: '[].event' },
      deliveryId: { path: '[].sg_event_id' },
      account: [],
      withoutAccount: 'only-connection',
    },
    // https://www.twilio.com/docs/sendgrid/for-developers/parsing-email/setting-up-the-inbound-parse-webhook: sent raw, it has no headers.
    {
      when: 'envelope',
      type: { constant: 'mail.received' },
      deliveryId: {
        joined: [{ path: 'headers', pattern: '(?:^|\\n)[Mm]essage-[Ii][Dd]:\\s*(\\S+)' }, { path: 'envelope' }],
      },
      account: [],
      withoutAccount: 'only-connection',
    },
  ],
  triggers: {
    'mail.received': { description: 'A mail came in by Inbound Parse' },
    processed: { description: 'A mail was taken and is to be sent' },
    dropped: { description: 'A mail is not sent' },
    deferred: { description: 'The receiving server put a mail off' },
    delivered: { description: 'A mail was delivered' },
    bounce: { description: 'The receiving server refused a mail' },
    open: { description: 'A mail was opened' },
    click: { description: 'A link in a mail was clicked' },
    spamreport: { description: 'A mail was reported as spam' },
    unsubscribe: { description: 'A recipient unsubscribed from everything' },
    group_unsubscribe: { description: 'A recipient unsubscribed from a group' },
    group_resubscribe: { description: 'A recipient subscribed to a group again' },
    account_status_change: { description: 'SendGrid changed the status of the account' },
  },
} satisfies WebhookDefinition
