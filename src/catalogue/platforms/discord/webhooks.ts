import type { WebhookDefinition } from '../../schema/webhooks.ts'

export const webhooks = {
  docs: 'https://docs.discord.com/developers/events/webhook-events',
  register:
    'discord.com/developers/applications, your app, Webhooks: paste the webhookUrl of the app under Endpoint, turn Events on and choose them. The webhook ' +
    'secret is the Public Key under General Information. It is no Interactions Endpoint URL: an interaction wants an answer of its own within three seconds.',
  // How old it may be Discord does not say.
  scheme: {
    kind: 'ed25519',
    header: 'x-signature-ed25519',
    encoding: 'hex',
    signed: '{timestamp}{body}',
    timestamp: { header: 'x-signature-timestamp', unit: 'seconds' },
  },
  handshakes: [{ kind: 'body', when: [{ path: 'type', equals: 0 }], answer: { status: 204 } }],
  acknowledge: { status: 204 },
  shapes: [
    // It ends the grant of a person; the rest is told to the app, whose bot bears its id.
    {
      type: { path: 'event.type', pattern: '^(APPLICATION_DEAUTHORIZED)$' },
      account: [{ path: 'event.data.user.id' }],
    },
    { type: { path: 'event.type' }, account: [{ path: 'application_id' }] },
  ],
  triggers: {
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
