import type { WebhookDefinition } from '../../schema/webhooks.ts'

export const webhooks = {
  docs: 'https://developers.notion.com/reference/webhooks',
  register:
    'notion.so/profile/integrations, your integration, Webhooks, Create a subscription: paste the webhookUrl of the app and choose events. Notion then sends a ' +
    'verification token, which the app shows as its offered secret: take it as the webhook secret, and paste it under Verify subscription.',
  // Signed with the token of the first message: https://developers.notion.com/reference/webhooks#step-3-validating-event-payloads-recommended
  scheme: { kind: 'hmac', header: 'x-notion-signature', prefix: 'sha256=', encoding: 'hex' },
  handshakes: [{ kind: 'secret-in-body', path: 'verification_token' }],
  // https://developers.notion.com/reference/webhooks-events-delivery
  shapes: [{ type: { path: 'type' }, deliveryId: { path: 'id' }, account: [{ path: 'workspace_id' }] }],
  triggers: {
    'page.created': { description: 'A page was made', model: 'pages' },
    'page.content_updated': { description: 'What stands on a page changed' },
    'page.properties_updated': { description: 'A property of a page changed', model: 'pages' },
    'page.moved': { description: 'A page was moved', model: 'pages' },
    'page.deleted': { description: 'A page was moved to the trash', model: 'pages' },
    'page.undeleted': { description: 'A page came back from the trash', model: 'pages' },
    'page.locked': { description: 'A page was locked against changes' },
    'page.unlocked': { description: 'A page may be changed again' },
    'page.transcription_block.transcript_deleted': { description: 'The transcript of a meeting was deleted' },
    'database.created': { description: 'A database was made' },
    'database.content_updated': { description: 'What stands in a database changed' },
    'database.schema_updated': { description: 'The properties of a database changed' },
    'database.moved': { description: 'A database was moved' },
    'database.deleted': { description: 'A database was moved to the trash' },
    'database.undeleted': { description: 'A database came back from the trash' },
    'data_source.created': { description: 'A source was added to a database' },
    'data_source.content_updated': { description: 'What stands in a source of a database changed' },
    'data_source.schema_updated': { description: 'The properties of a source changed' },
    'data_source.moved': { description: 'A source was moved to another database' },
    'data_source.deleted': { description: 'A source was moved to the trash' },
    'data_source.undeleted': { description: 'A source came back from the trash' },
    'comment.created': { description: 'A comment was written' },
    'comment.updated': { description: 'A comment was changed' },
    'comment.deleted': { description: 'A comment was deleted' },
    'view.created': { description: 'A view of a database was made' },
    'view.updated': { description: 'A view of a database was changed' },
    'view.deleted': { description: 'A view of a database was deleted' },
    'file_upload.created': { description: 'An upload was begun' },
    'file_upload.completed': { description: 'An upload is complete' },
    'file_upload.expired': { description: 'An upload was not attached in time' },
    'file_upload.upload_failed': { description: 'An upload failed' },
  },
} satisfies WebhookDefinition
