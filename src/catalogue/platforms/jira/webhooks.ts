import type { WebhookDefinition } from '../../schema/webhooks.ts'

/** A site's name, the cloud id where it is reached by that, or the host of an instance: what its connection is known by. */
const whose = '^https://(?:api\\.atlassian\\.com/ex/jira/)?([A-Za-z0-9.-]+?)(?:\\.atlassian\\.net)?(?::[0-9]+)?/'

export const webhooks = {
  docs: 'https://developer.atlassian.com/cloud/jira/platform/webhooks/',
  register:
    'In Jira as an administrator under System, WebHooks, Create a WebHook: `webhookUrl` is the URL, and the webhook secret ' +
    'is the secret. Webhooks of an OAuth app are registered by POST /rest/api/3/webhook, through the proxy; they are signed with the ' +
    'client secret. Connections by OAuth are known by an id that webhooks do not say: each gets an address with a key, without a secret of its own.',
  secret: 'client',
  // Not x-hub-signature-256.
  scheme: { kind: 'hmac', header: 'x-hub-signature', prefix: 'sha256=', encoding: 'hex' },
  // #webhooks-authentication-for-oauth-2-0-apps: what it says beside its end is not told, so nothing else is asked of it.
  otherSchemes: [{ kind: 'jwt-hmac', token: { header: 'authorization', prefix: 'Bearer ' } }],
  shapes: [
    {
      type: { path: 'webhookEvent', pattern: '^(?:jira:)?([a-z_]+)$' },
      // The same when it is sent again. Data Center has none.
      deliveryId: { header: 'x-atlassian-webhook-identifier' },
      account: [
        { path: 'issue.self', pattern: whose },
        { path: 'comment.self', pattern: whose },
        { path: 'worklog.self', pattern: whose },
        { path: 'attachment.self', pattern: whose },
        { path: 'project.self', pattern: whose },
        { path: 'version.self', pattern: whose },
        { path: 'sprint.self', pattern: whose },
        { path: 'board.self', pattern: whose },
        { path: 'user.self', pattern: whose },
      ],
      withoutAccount: 'only-connection',
    },
  ],
  bodyLimit: 25 * 1024 * 1024,
  triggers: {
    issue_created: { description: 'An issue was made' },
    issue_updated: { description: 'An issue was changed' },
    issue_deleted: { description: 'An issue was deleted' },
    comment_created: { description: 'An issue was commented on' },
    comment_updated: { description: 'A comment was changed' },
    comment_deleted: { description: 'A comment was deleted' },
    attachment_created: { description: 'A file was attached to an issue' },
    attachment_deleted: { description: 'An attachment was deleted' },
    issuelink_created: { description: 'Issues were linked' },
    issuelink_deleted: { description: 'A link between issues was deleted' },
    issue_property_set: { description: 'A property of an issue was set' },
    issue_property_deleted: { description: 'A property of an issue was deleted' },
    worklog_created: { description: 'Work was logged' },
    worklog_updated: { description: 'Logged work was changed' },
    worklog_deleted: { description: 'Logged work was deleted' },
    project_created: { description: 'A project was made' },
    project_updated: { description: 'A project was changed' },
    project_deleted: { description: 'A project was deleted' },
    project_archived: { description: 'A project was archived' },
    version_created: { description: 'A version was made' },
    version_updated: { description: 'A version was changed' },
    version_released: { description: 'A version was released' },
    version_deleted: { description: 'A version was deleted' },
    sprint_created: { description: 'A sprint was made' },
    sprint_started: { description: 'A sprint was started' },
    sprint_updated: { description: 'A sprint was changed' },
    sprint_closed: { description: 'A sprint was closed' },
    sprint_deleted: { description: 'A sprint was deleted' },
    board_created: { description: 'A board was made' },
    board_updated: { description: 'A board was changed' },
    board_deleted: { description: 'A board was deleted' },
    user_created: { description: 'A person was added to the site' },
    user_updated: { description: 'A person was changed' },
    user_deleted: { description: 'A person was removed from the site' },
  },
} satisfies WebhookDefinition
