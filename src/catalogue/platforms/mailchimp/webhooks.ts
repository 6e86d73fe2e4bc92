import type { WebhookDefinition } from '../../schema/webhooks.ts'

export const webhooks = {
  docs: 'https://mailchimp.com/developer/marketing/guides/sync-audience-data-webhooks/',
  register:
    'Mailchimp signs nothing: make an address with a key for the connection, and give that one to Mailchimp, in Audience, Settings, Webhooks, ' +
    'or by `POST /lists/{list_id}/webhooks` through the connection.',
  // What is changed through the API is told too: others have apps as well.
  subscribe: {
    docs: 'https://mailchimp.com/developer/marketing/api/list-webhooks/add-webhook/',
    about: { list: 'The audience, by its id' },
    types: {
      form: 'flags',
      names: {
        subscribe: 'subscribe',
        unsubscribe: 'unsubscribe',
        profile: 'profile',
        upemail: 'upemail',
        cleaned: 'cleaned',
        campaign: 'campaign',
      },
    },
    secret: 'none',
    make: {
      method: 'POST',
      path: '/lists/{list}/webhooks',
      body: {
        url: '{address}',
        events: { '{types}': true },
        sources: { user: true, admin: true, api: true },
      },
    },
    answer: { id: 'id' },
    remove: { method: 'DELETE', path: '/lists/{list}/webhooks/{platformId}' },
  },
  scheme: { kind: 'address' },
  // It asks whether the address answers before it takes it.
  handshakes: [{ kind: 'ping', method: 'GET' }],
  // It wants 200.
  acknowledge: { status: 200 },
  // No account is named, and no id: two changes of a contact within a second differ in their content alone.
  shapes: [{ type: { path: 'type' }, account: [] }],
  triggers: {
    subscribe: { description: 'A contact subscribed' },
    unsubscribe: { description: 'A contact unsubscribed, or was deleted' },
    profile: { description: 'A contact changed' },
    upemail: { description: 'The e-mail address of a contact changed' },
    cleaned: { description: 'An e-mail address was given up: it bounced, or its owner complained' },
    campaign: { description: 'A campaign was sent or cancelled' },
  },
} satisfies WebhookDefinition
