import type { WebhookDefinition } from '../../schema/webhooks.ts'

export const webhooks = {
  docs: 'https://www.typeform.com/developers/webhooks/',
  register:
    'Make an address of the connection (POST /v1/connections/:connectionId/webhook-addresses) with a secret of your own, and paste its webhookUrl into the ' +
    'form: Connect, Webhooks, Add a webhook; then Edit, and the same secret. Or PUT /forms/:id/webhooks/:tag with url, enabled and secret, through the proxy.',
  // A token needs `webhooks:write`. The tag names it within the form: the same one again changes it.
  subscribe: {
    docs: 'https://www.typeform.com/developers/webhooks/reference/create-or-update-webhook/',
    about: { form: 'The form, by the id in its address' },
    types: {
      form: 'flags',
      names: { form_response: 'form_response', form_response_partial: 'form_response_partial' },
    },
    secret: 'ours',
    make: {
      method: 'PUT',
      path: '/forms/{form}/webhooks/{ownId}',
      body: {
        url: '{address}',
        enabled: true,
        secret: '{secret}',
        verify_ssl: true,
        event_types: { '{types}': true },
      },
    },
    answer: { id: 'tag' },
    remove: { method: 'DELETE', path: '/forms/{form}/webhooks/{platformId}' },
  },
  // https://www.typeform.com/developers/webhooks/secure-your-webhooks/
  scheme: { kind: 'hmac', header: 'typeform-signature', prefix: 'sha256=', encoding: 'base64' },
  // A delivery names the form and no account.
  shapes: [
    {
      type: { path: 'event_type' },
      deliveryId: { path: 'event_id' },
      account: [],
      withoutAccount: 'only-connection',
    },
  ],
  triggers: {
    form_response: { description: 'Somebody sent a form off' },
    form_response_partial: { description: 'Somebody began a form and did not send it off' },
  },
} satisfies WebhookDefinition
