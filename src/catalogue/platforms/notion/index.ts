import type { ProviderDefinition } from '../../schema/definition.ts'
import { pages } from './models/pages.ts'
import { webhooks } from './webhooks.ts'

const version = { 'notion-version': '2025-09-03' }

export const notion = {
  id: 'notion',
  name: 'Notion',
  docs: 'https://developers.notion.com/reference/intro',
  category: 'productivity',
  capabilities: ['pages', 'documents', 'comments', 'lists', 'users'],
  links: {
    app: 'https://www.notion.so/profile/integrations',
    guide: 'https://developers.notion.com/docs/authorization',
    status: 'https://www.notion-status.com',
  },
  environments: { production: { api: 'https://api.notion.com' } },
  auth: [
    {
      kind: 'oauth2',
      id: 'oauth',
      authorize: 'https://api.notion.com/v1/oauth/authorize',
      authorizeParams: { owner: 'user' },
      // https://developers.notion.com/reference/create-a-token
      token: 'https://api.notion.com/v1/oauth/token',
      tokenBody: 'json',
      clientAuth: 'basic',
      pkce: false,
      // The person chooses pages instead.
      defaultScopes: [],
      captureFromToken: { workspaceId: 'workspace_id', botId: 'bot_id' },
      // https://developers.notion.com/reference/revoke-token
      revoke: {
        kind: 'call',
        method: 'POST',
        url: 'https://api.notion.com/v1/oauth/revoke',
        as: 'client',
        body: 'json',
        headers: version,
        params: { token: '{accessToken}' },
      },
      // How long a token lives is not said: it is renewed when it is refused.
      lifetime: {},
      deadGrant: ['invalid_grant'],
    },
    {
      kind: 'api_key',
      id: 'secret',
      label: 'Internal integration secret',
      help: 'notion.so/profile/integrations, your integration, Configuration',
      pattern: '^(secret|ntn)_[A-Za-z0-9]{20,100}$',
      placement: { in: 'bearer' },
    },
  ],
  scopes: {},
  // The workspace, by which webhooks name it; each grant has a bot of its own: https://developers.notion.com/reference/get-self
  identity: { get: '/v1/users/me', id: 'bot.workspace_id', name: 'bot.workspace_name' },
  calls: {
    headers: version,
    errors: {
      code: 'code',
      // https://developers.notion.com/reference/status-codes
      meanings: {
        unauthorized: 'dead-grant',
        rate_limited: 'rate-limited',
        object_not_found: 'not-found',
        conflict_error: 'stale',
        validation_error: 'rejected',
        internal_server_error: 'unavailable',
        service_unavailable: 'unavailable',
        service_overload: 'unavailable',
        gateway_timeout: 'unavailable',
      },
    },
  },
  // An average: https://developers.notion.com/reference/request-limits
  limits: [{ kind: 'calls-per-window', per: 'connection', permits: 180, window: '1m' }],
  models: { pages },
  webhooks,
} satisfies ProviderDefinition
