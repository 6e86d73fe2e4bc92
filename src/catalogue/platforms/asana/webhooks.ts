import type { WebhookDefinition } from '../../schema/webhooks.ts'

const kinds = {
  task: 'A task',
  project: 'A project',
  section: 'A section of a project',
  story: 'A comment, or what happened to a task,',
  attachment: 'An attachment',
  tag: 'A tag',
  goal: 'A goal',
  portfolio: 'A portfolio',
  project_membership: 'A membership of a project',
}
// https://developers.asana.com/docs/webhooks-guide#actions
const actions = {
  added: 'was added to something',
  changed: 'was changed',
  removed: 'was taken out of something',
  deleted: 'was deleted',
  undeleted: 'was brought back',
}

export const webhooks = {
  docs: 'https://developers.asana.com/docs/webhooks-guide',
  register:
    'Make an address of the connection (POST /v1/connections/:connectionId/webhook-addresses) for each webhook, and pass its webhookUrl as the target of ' +
    'POST /webhooks at Asana: through the proxy, with a resource and filters. Asana offers the secret of the webhook to the address, which keeps it.',
  // A token needs `webhooks:write`, and `webhooks:delete` to end it.
  subscribe: {
    docs: 'https://developers.asana.com/reference/createwebhook',
    about: { resource: 'The task, project or other thing that is watched, by its gid' },
    types: { form: 'list', entry: { resource_type: '{subject}', action: '{action}' } },
    secret: 'learnt',
    make: {
      method: 'POST',
      path: '/webhooks',
      body: { data: { resource: '{resource}', target: '{address}', filters: '{types}' } },
    },
    answer: { id: 'data.gid' },
    remove: { method: 'DELETE', path: '/webhooks/{platformId}' },
  },
  // Hex without a prefix, with the secret of that one webhook, which nothing in the request names.
  scheme: { kind: 'hmac', header: 'x-hook-signature', encoding: 'hex' },
  handshakes: [
    { kind: 'secret-in-header', header: 'x-hook-secret' },
    // A heartbeat, every eight hours: a webhook without a success for a day is deleted.
    { kind: 'body', when: [{ path: 'events', empty: true }], answer: { status: 200 } },
  ],
  // No other success is known to it: https://developers.asana.com/docs/webhooks-guide
  acknowledge: { status: 200 },
  shapes: [
    {
      each: 'events[]',
      type: { paths: ['events[].resource.resource_type', 'events[].action'], words: {} },
      account: [],
    },
  ],
  triggers: Object.fromEntries(
    Object.entries(kinds).flatMap(([kind, what]) =>
      Object.entries(actions).map(([action, happened]) => [
        `${kind}.${action}`,
        { description: `${what} ${happened}` },
      ]),
    ),
  ),
} satisfies WebhookDefinition
