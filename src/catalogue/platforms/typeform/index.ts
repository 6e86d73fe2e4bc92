import type { ProviderDefinition } from '../../schema/definition.ts'
import { responses } from './models/responses.ts'
import { webhooks } from './webhooks.ts'

export const typeform = {
  id: 'typeform',
  name: 'Typeform',
  docs: 'https://www.typeform.com/developers/get-started/',
  category: 'forms',
  capabilities: ['forms', 'leads', 'notifications'],
  links: {
    app: 'https://admin.typeform.com/user/developer-apps',
    guide: 'https://www.typeform.com/developers/get-started/applications/',
    status: 'https://status.typeform.com',
  },
  // Accounts in the European data centre have one of the others.
  environments: {
    production: { api: 'https://api.typeform.com' },
    eu: { api: 'https://api.eu.typeform.com' },
    'eu-domain': { api: 'https://api.typeform.eu' },
  },
  auth: [
    {
      kind: 'oauth2',
      id: 'oauth',
      environments: ['production'],
      authorize: 'https://api.typeform.com/oauth/authorize',
      token: 'https://api.typeform.com/oauth/token',
      clientAuth: 'body',
      pkce: false,
      defaultScopes: ['forms:read', 'responses:read'],
      // Without the first there is no refresh token; the second opens /me.
      requiredScopes: ['offline', 'accounts:read'],
      lifetime: { access: '7d' },
      deadGrant: ['invalid_grant'],
    },
    {
      kind: 'api_key',
      id: 'personal-token',
      label: 'Personal token',
      help: 'admin.typeform.com, your account, Personal tokens',
      pattern: '^tfp_[A-Za-z0-9_-]{20,100}$',
      placement: { in: 'bearer' },
    },
  ],
  // https://www.typeform.com/developers/get-started/scopes/
  scopes: {
    offline: 'Keep access while the person is away',
    'accounts:read': 'See the name and e-mail address of the account',
    'forms:read': 'Read forms',
    'forms:write': 'Make, change and delete forms',
    'responses:read': 'Read responses',
    'responses:write': 'Delete responses',
    'webhooks:read': 'See the webhooks of forms',
    'webhooks:write': 'Register and delete webhooks of forms',
    'workspaces:read': 'See workspaces and what is in them',
  },
  identity: { get: '/me', id: 'user_id', name: 'alias' },
  calls: { errors: { code: 'code', meanings: { AUTHENTICATION_FAILED: 'dead-grant' } } },
  // https://www.typeform.com/developers/get-started/
  limits: [{ kind: 'calls-per-window', per: 'connection', permits: 2, window: '1s' }],
  models: { responses },
  webhooks,
} satisfies ProviderDefinition
