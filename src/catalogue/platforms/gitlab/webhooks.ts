import type { WebhookDefinition } from '../../schema/webhooks.ts'

export const webhooks = {
  docs: 'https://docs.gitlab.com/user/project/integrations/webhooks/',
  register:
    'In the project or group under Settings, Webhooks, Add new webhook: `webhookUrl` is the URL, and the webhook secret is ' +
    'the secret token. Where GitLab offers a signing token, that one (`whsec_…`) is the webhook secret. Events do not say ' +
    'whose connection they are for: where there are several, each gets an address with a key.',
  scheme: { kind: 'shared-token', in: { header: 'x-gitlab-token' } },
  // The signing token, which is newer.
  otherSchemes: [{ kind: 'standard-webhooks', headers: 'webhook', tolerance: '5m' }],
  shapes: [
    {
      type: { path: 'object_kind' },
      // The same when it is sent again; x-gitlab-event-uuid is that of all that one event sets off.
      deliveryId: { header: 'idempotency-key' },
      account: [],
      withoutAccount: 'only-connection',
    },
    // Members and subgroups of a group, and what system hooks tell.
    {
      type: { path: 'event_name' },
      deliveryId: { header: 'idempotency-key' },
      account: [],
      withoutAccount: 'only-connection',
    },
  ],
  bodyLimit: 25 * 1024 * 1024,
  // https://docs.gitlab.com/user/project/integrations/webhook_events/
  triggers: {
    access_token: { description: 'An access token is about to end' },
    build: { description: 'The status of a job changed' },
    deployment: { description: 'A deployment was begun, or ended' },
    emoji: { description: 'An emoji reaction was given or taken back' },
    feature_flag: { description: 'A feature flag was turned on or off' },
    issue: { description: 'An issue was made, changed, closed or opened again' },
    merge_request: { description: 'A merge request was made, changed, approved, merged or closed' },
    milestone: { description: 'A milestone was made, closed, opened again or deleted' },
    note: { description: 'A commit, merge request, issue or snippet was commented on' },
    pipeline: { description: 'The status of a pipeline changed' },
    push: { description: 'Commits were pushed' },
    release: { description: 'A release was made, changed or deleted' },
    tag_push: { description: 'A tag was made or deleted' },
    vulnerability: { description: 'A vulnerability was made or changed' },
    wiki_page: { description: 'A wiki page was made, changed or deleted' },
    work_item: { description: 'A work item was made, changed, closed or opened again' },
    project_create: { description: 'A project was made in the group' },
    project_destroy: { description: 'A project of the group was deleted' },
    subgroup_create: { description: 'A subgroup was made' },
    subgroup_destroy: { description: 'A subgroup was deleted' },
    user_add_to_group: { description: 'A member was added to the group' },
    user_remove_from_group: { description: 'A member was removed from the group' },
    user_update_for_group: { description: 'The role of a member of the group changed' },
  },
} satisfies WebhookDefinition
