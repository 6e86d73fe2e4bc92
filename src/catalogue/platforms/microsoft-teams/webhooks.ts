import type { WebhookDefinition } from '../../schema/webhooks.ts'

// What its resources are called in the singular: https://learn.microsoft.com/en-us/graph/teams-change-notification-in-microsoft-teams-overview
const words = {
  messages: 'message',
  replies: 'reply',
  members: 'member',
  chats: 'chat',
  channels: 'channel',
  teams: 'team',
  transcripts: 'transcript',
  recordings: 'recording',
}
const named = {
  message: 'A message',
  reply: 'A reply in a channel',
  member: 'A member of a team, channel or chat',
  chat: 'A chat',
  channel: 'A channel',
  team: 'A team',
  transcript: 'The transcript of a meeting',
  recording: 'The recording of a meeting',
}
const changes = { created: 'was made', updated: 'was changed', deleted: 'was deleted' }

const changeTracking = '0bf30f3b-4a52-48df-9a82-234910c4a086'

export const webhooks = {
  docs: 'https://learn.microsoft.com/en-us/graph/change-notifications-delivery-webhooks',
  register:
    'POST /subscriptions at Microsoft Graph, through the proxy: webhookUrl of the app as notificationUrl and lifecycleNotificationUrl, its webhook secret as ' +
    'clientState, includeResourceData as you like: what is told then is encrypted with a certificate of yours, and passed on so. Subscriptions end within days: PATCH their expirationDateTime before. Those in the name of a person need an ' +
    'address of the connection (POST /v1/connections/:connectionId/webhook-addresses): a notification names the organisation alone.',
  // https://learn.microsoft.com/en-us/graph/change-notifications-overview#subscription-lifetime
  subscribe: {
    docs: 'https://learn.microsoft.com/en-us/graph/api/subscription-post-subscriptions',
    about: { resource: 'The resource, as in teams/getAllMessages' },
    types: { form: 'commas', part: '[.](created|updated|deleted)$' },
    secret: 'ours',
    make: {
      method: 'POST',
      path: '/subscriptions',
      body: {
        changeType: '{types}',
        notificationUrl: '{address}',
        lifecycleNotificationUrl: '{address}',
        resource: '{resource}',
        expirationDateTime: '{expiresAt}',
        clientState: '{secret}',
      },
    },
    answer: { id: 'id', expiresAt: 'expirationDateTime' },
    // Presence has an hour, Shifts six; 4,230 minutes hold for all that lasts for days.
    lifetime: {
      by: 'resource',
      of: [
        { pattern: '^/?(communications|users/[^/]+)/presence', lifetime: '55m' },
        { pattern: '^/?teams/[^/]+/schedule/', lifetime: '5h' },
      ],
      otherwise: '70h',
    },
    renew: { method: 'PATCH', path: '/subscriptions/{platformId}', body: { expirationDateTime: '{expiresAt}' } },
    remove: { method: 'DELETE', path: '/subscriptions/{platformId}' },
    lifecycle: { renew: ['reauthorizationRequired'], again: ['subscriptionRemoved'], missed: ['missed'] },
  },
  // Nothing is signed: each item has to bring what the subscription was given.
  scheme: { kind: 'shared-token', in: { path: 'value[].clientState' } },
  // https://learn.microsoft.com/en-us/graph/change-notifications-with-resource-data#validating-the-authenticity-of-notifications: those
  // of the global service, whose change tracking is the application named.
  itemTokens: {
    path: 'validationTokens[]',
    of: 'value[].encryptedContent',
    same: { claim: 'tid', path: 'value[].tenantId' },
    forms: [
      {
        keys: 'https://login.microsoftonline.com/common/discovery/keys',
        issuers: ['https://sts.windows.net/{tid}/'],
        audience: 'client-id',
        claims: { appid: changeTracking },
      },
      {
        keys: 'https://login.microsoftonline.com/common/discovery/v2.0/keys',
        issuers: ['https://login.microsoftonline.com/{tid}/v2.0'],
        audience: 'client-id',
        claims: { azp: changeTracking },
      },
    ],
  },
  handshakes: [{ kind: 'query', method: 'POST', value: 'validationToken', answer: { text: 'echo' } }],
  shapesTogether: true,
  shapes: [
    {
      each: 'value[]',
      // `chats('19:…')/messages('16…')` is of a message.
      type: {
        paths: [
          { path: 'value[].resource', pattern: "(?:^|/)([A-Za-z]+)(?:\\('[^']*'\\)|/[^/]+)?$" },
          'value[].changeType',
        ],
        words,
      },
      deliveryId: { path: 'value[].id' },
      account: [{ path: 'value[].tenantId' }],
    },
    // https://learn.microsoft.com/en-us/graph/change-notifications-lifecycle-events
    { each: 'value[]', type: { path: 'value[].lifecycleEvent' }, account: [{ path: 'value[].tenantId' }] },
  ],
  triggers: {
    ...Object.fromEntries(
      Object.entries(named).flatMap(([kind, what]) =>
        Object.entries(changes).map(([change, happened]) => [
          `${kind}.${change}`,
          { description: `${what} ${happened}` },
        ]),
      ),
    ),
    reauthorizationRequired: { description: 'A subscription ends soon unless it is authorised again' },
    subscriptionRemoved: { description: 'A subscription was ended by Microsoft' },
    missed: { description: 'Notifications were lost: read everything again' },
  },
} satisfies WebhookDefinition
