import type { ProviderDefinition } from '../../schema/definition.ts'
import { tasks } from './models/tasks.ts'
import { webhooks } from './webhooks.ts'

export const asana = {
  id: 'asana',
  name: 'Asana',
  docs: 'https://developers.asana.com/reference/rest-api-reference',
  category: 'productivity',
  capabilities: ['tasks', 'comments', 'users', 'files'],
  links: {
    app: 'https://app.asana.com/0/my-apps',
    guide: 'https://developers.asana.com/docs/oauth',
    status: 'https://status.asana.com',
  },
  environments: { production: { api: 'https://app.asana.com/api/1.0' } },
  auth: [
    {
      kind: 'oauth2',
      id: 'oauth',
      authorize: 'https://app.asana.com/-/oauth_authorize',
      token: 'https://app.asana.com/-/oauth_token',
      clientAuth: 'body',
      // An app with full permissions; one with permissions of its own is refused it, and names its scopes.
      defaultScopes: ['default'],
      // Takes the refresh token only, and ends what came of it.
      revoke: {
        kind: 'call',
        method: 'POST',
        url: 'https://app.asana.com/-/oauth_revoke',
        as: 'client',
        body: 'form',
        params: { token: '{refreshToken}' },
      },
      lifetime: { access: '1h' },
      deadGrant: ['invalid_grant'],
    },
    {
      kind: 'api_key',
      id: 'personal-token',
      label: 'Personal access token',
      help: 'app.asana.com/0/my-apps, Create new token',
      pattern: '^[A-Za-z0-9/:]{20,200}$',
      placement: { in: 'bearer' },
    },
  ],
  // https://developers.asana.com/docs/oauth-scopes
  scopes: {
    default: 'Everything that the person can do',
    'projects:read': 'Read projects',
    'projects:write': 'Make and change projects',
    'tasks:read': 'Read tasks',
    'tasks:write': 'Make and change tasks',
    'tasks:delete': 'Delete tasks',
    'stories:read': 'Read comments and what happened to a task',
    'stories:write': 'Write comments',
    'users:read': 'Read the people of a workspace',
    'workspaces:read': 'Read the workspaces of the person',
    'webhooks:write': 'Register webhooks',
    'webhooks:delete': 'End webhooks',
    'attachments:read': 'Read what is attached to tasks',
  },
  identity: { get: '/users/me', id: 'data.gid', name: 'data.name' },
  // Of a free workspace; 1,500 where it is paid for: https://developers.asana.com/docs/rate-limits
  limits: [
    { kind: 'calls-per-window', per: 'connection', permits: 150, window: '1m' },
    { kind: 'calls-at-once', per: 'connection', concurrent: 15 },
  ],
  models: { tasks },
  webhooks,
} satisfies ProviderDefinition
