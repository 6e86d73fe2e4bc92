import type { WebhookDefinition } from '../../schema/webhooks.ts'

export const webhooks = {
  docs: 'https://learn.microsoft.com/en-us/linkedin/shared/api-guide/webhook-validation',
  register:
    'In the LinkedIn developer portal, the app, Webhooks, paste the webhook URL; LinkedIn checks it at once and every two hours. Then subscribe: ' +
    '`PUT /rest/eventSubscriptions/…` for what happens to pages, `POST /rest/leadNotifications` for leads. The tab is there only for apps that ' +
    'LinkedIn has approved for webhooks. It signs with the client secret.',
  secret: 'client',
  // What is signed has a prefix that is not sent.
  scheme: { kind: 'hmac', header: 'x-li-signature', encoding: 'hex', signed: 'hmacsha256={body}' },
  handshakes: [
    {
      kind: 'query',
      method: 'GET',
      value: 'challengeCode',
      answer: { json: { challengeCode: 'echo', challengeResponse: { hmac: 'hex' } } },
    },
  ],
  shapes: [
    // https://learn.microsoft.com/en-us/linkedin/marketing/community-management/organizations/organization-social-action-notifications
    {
      each: 'notifications[]',
      type: {
        paths: ['type', 'notifications[].action'],
        words: { ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS: 'organization' },
      },
      // Two members who have subscribed are told the same. Assumed is that the id is the one that the app knows the member by.
      deliveryId: { joined: [{ path: 'notifications[].subscriber' }, { path: 'notifications[].notificationId' }] },
      account: [{ path: 'notifications[].subscriber', pattern: '^urn:li:(?:person|member):(.+)$' }],
    },
    // https://learn.microsoft.com/en-us/linkedin/marketing/lead-sync/leadsync: whose connection it is, is not said.
    {
      type: { paths: ['type', 'leadAction'], words: { LEAD_ACTION: 'lead' } },
      deliveryId: { joined: [{ path: 'leadGenFormResponse' }, { path: 'leadAction' }] },
      account: [],
      withoutAccount: 'only-connection',
    },
  ],
  triggers: {
    'organization.like': { description: 'A post of the page was liked' },
    'organization.comment': { description: 'A post of the page was commented on' },
    'organization.comment_edit': { description: 'A comment on a post of the page was changed' },
    'organization.comment_delete': { description: 'A comment on a post of the page was deleted' },
    'organization.admin_comment': { description: 'An administrator commented for the page' },
    'organization.share': { description: 'A post of the page was shared' },
    'organization.share_mention': { description: 'The page was mentioned in a post' },
    'lead.created': { description: 'A person filled in a lead form' },
    'lead.deleted': { description: 'A lead was deleted' },
  },
} satisfies WebhookDefinition
