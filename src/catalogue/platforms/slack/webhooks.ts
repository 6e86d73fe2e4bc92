import type { WebhookDefinition } from '../../schema/webhooks.ts'

export const webhooks = {
  docs: 'https://docs.slack.dev/apis/events-api',
  register:
    'api.slack.com/apps, your app: paste the webhookUrl of the app under Event Subscriptions, Request URL, and choose events of the bot; ' +
    'the same address under Interactivity & Shortcuts and for slash commands. The webhook secret is the Signing Secret under Basic Information.',
  // https://docs.slack.dev/authentication/verifying-requests-from-slack
  scheme: {
    kind: 'hmac',
    header: 'x-slack-signature',
    prefix: 'v0=',
    encoding: 'hex',
    signed: 'v0:{timestamp}:{body}',
    timestamp: { header: 'x-slack-request-timestamp', unit: 'seconds', tolerance: '5m' },
  },
  handshakes: [
    // https://docs.slack.dev/reference/events/url_verification
    {
      kind: 'body',
      when: [{ path: 'type', equals: 'url_verification' }],
      value: 'challenge',
      answer: { json: { challenge: 'echo' } },
    },
    // Slack tries the certificate of a command's address now and then, and signs nothing.
    { kind: 'ping', method: 'POST', field: 'ssl_check' },
  ],
  // Anything in the answer to a command or an interaction is shown to the person.
  acknowledge: { status: 200 },
  shapes: [
    {
      type: { path: 'event.type' },
      deliveryId: { path: 'event_id' },
      // The installation that may see it; in a shared channel that is not always the workspace where it happened.
      account: [{ path: 'authorizations[].team_id' }, { path: 'team_id' }],
    },
    // https://docs.slack.dev/interactivity/implementing-slash-commands
    {
      when: 'command',
      type: { constant: 'slash_command' },
      deliveryId: { path: 'trigger_id' },
      account: [{ path: 'team_id' }],
    },
    // Interactions (https://docs.slack.dev/reference/interaction-payloads), and what is told of the app itself.
    {
      type: { path: 'type' },
      deliveryId: { path: 'trigger_id' },
      account: [{ path: 'team.id' }, { path: 'user.team_id' }, { path: 'team_id' }],
    },
  ],
  // https://docs.slack.dev/reference/events
  triggers: {
    app_home_opened: { description: 'A person opened the home of the app' },
    app_mention: { description: 'The app was mentioned in a message' },
    app_rate_limited: { description: 'Slack held events back: there were more than 30,000 in an hour' },
    app_uninstalled: { description: 'The app was removed from the workspace' },
    block_actions: { description: 'A person used a button, menu or other element of a message or view' },
    channel_archive: { description: 'A channel was archived' },
    channel_created: { description: 'A channel was made' },
    channel_deleted: { description: 'A channel was deleted' },
    channel_rename: { description: 'A channel got another name' },
    channel_unarchive: { description: 'A channel is no longer archived' },
    emoji_changed: { description: 'An emoji of the workspace was added, removed or renamed' },
    file_change: { description: 'A file was changed' },
    file_created: { description: 'A file was made' },
    file_deleted: { description: 'A file was deleted' },
    file_shared: { description: 'A file was shared' },
    link_shared: { description: 'A link of a domain of the app was posted' },
    member_joined_channel: { description: 'A person joined a channel' },
    member_left_channel: { description: 'A person left a channel' },
    message: { description: 'A message was posted, changed or deleted where the app can see it' },
    message_action: { description: 'A person used a shortcut of the app on a message' },
    message_metadata_posted: { description: 'A message with metadata was posted' },
    pin_added: { description: 'Something was pinned to a channel' },
    pin_removed: { description: 'Something is no longer pinned to a channel' },
    reaction_added: { description: 'A person reacted with an emoji' },
    reaction_removed: { description: 'A person took a reaction back' },
    shortcut: { description: 'A person used a global shortcut of the app' },
    slash_command: { description: 'A person used a command of the app' },
    subteam_created: { description: 'A group of users was made' },
    subteam_updated: { description: 'A group of users was changed' },
    team_join: { description: 'A person joined the workspace' },
    team_rename: { description: 'The workspace got another name' },
    tokens_revoked: { description: 'Tokens of the app were revoked' },
    user_change: { description: 'What the workspace knows of a person changed' },
    user_profile_changed: { description: 'A person changed her profile' },
    view_closed: { description: 'A person closed a view of the app' },
    view_submission: { description: 'A person sent a view of the app off' },
  },
} satisfies WebhookDefinition
