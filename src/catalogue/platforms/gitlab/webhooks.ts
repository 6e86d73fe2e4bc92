import type { WebhookDefinition } from '../../schema/webhooks.ts'

export const webhooks = {
  docs: 'https://docs.gitlab.com/user/project/integrations/webhooks/',
  register:
    'In the project or group under Settings, Webhooks, Add new webhook: `webhookUrl` is the URL, and the webhook secret is ' +
    'the secret token. Where GitLab offers a signing token, that one (`whsec_…`) is the webhook secret. Events do not say ' +
    'whose connection they are for: where there are several, each gets an address with a key.',
  // A token needs the scope `api`, and whose it is the role Maintainer. The secret token: a signing token is not everywhere yet.
  subscribe: {
    docs: 'https://docs.gitlab.com/api/project_webhooks/',
    about: { project: 'The project: its id, or its path as in group/project' },
    types: {
      form: 'flags',
      // https://docs.gitlab.com/api/project_webhooks/#add-a-webhook-to-a-project
      names: {
        access_token: 'resource_access_token_events',
        build: 'job_events',
        deployment: 'deployment_events',
        feature_flag: 'feature_flag_events',
        issue: 'issues_events',
        merge_request: 'merge_requests_events',
        note: 'note_events',
        pipeline: 'pipeline_events',
        push: 'push_events',
        release: 'releases_events',
        tag_push: 'tag_push_events',
        wiki_page: 'wiki_page_events',
      },
    },
    secret: 'ours',
    make: {
      method: 'POST',
      path: '/projects/{project}/hooks',
      body: { url: '{address}', token: '{secret}', enable_ssl_verification: true, '{types}': true },
    },
    answer: { id: 'id' },
    remove: { method: 'DELETE', path: '/projects/{project}/hooks/{platformId}' },
  },
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
