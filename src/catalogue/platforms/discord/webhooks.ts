import type { WebhookDefinition } from '../../schema/webhooks.ts'

export const webhooks = {
  docs: 'https://docs.discord.com/developers/events/webhook-events',
  register:
    'discord.com/developers/applications, your app, Webhooks: paste the webhookUrl of the app under Endpoint, turn Events on and choose them. The webhook ' +
    'secret is the Public Key under General Information. It may be the Interactions Endpoint URL of the app as well, beside or instead: commands, ' +
    'buttons and forms are answered at once as deferred, and whoever gets the event has 15 minutes to follow up, by the token in it.',
  // How old it may be Discord does not say.
  scheme: {
    kind: 'ed25519',
    header: 'x-signature-ed25519',
    encoding: 'hex',
    signed: '{timestamp}{body}',
    timestamp: { header: 'x-signature-timestamp', unit: 'seconds' },
  },
  handshakes: [
    { kind: 'body', when: [{ path: 'type', equals: 0 }], answer: { status: 204 } },
    {
      kind: 'body',
      when: [
        { path: 'type', equals: 1 },
        { path: 'event', absent: true },
      ],
      answer: { json: { type: { constant: 1 } } },
    },
  ],
  // https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-response-object-interaction-callback-type:
  // within three seconds. What a person is typing is not completed.
  acknowledge: {
    status: 204,
    replies: [
      { when: [{ path: 'type', equals: 2 }], body: { type: 5 } },
      { when: [{ path: 'type', equals: 3 }], body: { type: 6 } },
      { when: [{ path: 'type', equals: 4 }], body: { type: 8, data: { choices: [] } } },
      { when: [{ path: 'type', equals: 5 }], body: { type: 5 } },
    ],
  },
  shapes: [
    // It ends the grant of a person; the rest is told to the app, whose bot bears its id.
    {
      type: { path: 'event.type', pattern: '^(APPLICATION_DEAUTHORIZED)$' },
      account: [{ path: 'event.data.user.id' }],
    },
    { type: { path: 'event.type' }, account: [{ path: 'application_id' }] },
    {
      when: 'token',
      type: {
        paths: ['type'],
        words: {
          2: 'interaction.command',
          3: 'interaction.component',
          4: 'interaction.autocomplete',
          5: 'interaction.modal',
        },
      },
      deliveryId: { path: 'id' },
      account: [{ path: 'application_id' }],
    },
  ],
  triggers: {
    'interaction.command': { description: 'A person used a command of the app' },
    'interaction.component': { description: 'A person pressed a button, or chose something, in a message' },
    'interaction.autocomplete': { description: 'A person is typing an argument of a command' },
    'interaction.modal': { description: 'A person sent a form of the app off' },
    APPLICATION_AUTHORIZED: { description: 'A person added the app to a server or to her account' },
    APPLICATION_DEAUTHORIZED: { description: 'A person took the access of the app to her account back' },
    ENTITLEMENT_CREATE: { description: 'A person bought, or was given, something of the app' },
    ENTITLEMENT_UPDATE: { description: 'What a person bought of the app changed' },
    ENTITLEMENT_DELETE: { description: 'What a person bought of the app was taken back' },
    QUEST_USER_ENROLLMENT: { description: 'A person joined a quest' },
    LOBBY_MESSAGE_CREATE: { description: 'A message was sent in a lobby' },
    LOBBY_MESSAGE_UPDATE: { description: 'A message in a lobby was changed' },
    LOBBY_MESSAGE_DELETE: { description: 'A message in a lobby was deleted' },
    GAME_DIRECT_MESSAGE_CREATE: { description: 'A direct message was sent while a game runs' },
    GAME_DIRECT_MESSAGE_UPDATE: { description: 'A direct message of a game was changed' },
    GAME_DIRECT_MESSAGE_DELETE: { description: 'A direct message of a game was deleted' },
  },
} satisfies WebhookDefinition
