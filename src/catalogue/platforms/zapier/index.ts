import type { ProviderDefinition } from '../../schema/definition.ts'
import { webhooks } from './webhooks.ts'

export const zapier = {
  id: 'zapier',
  name: 'Zapier',
  docs: 'https://docs.zapier.com/powered-by-zapier/introduction',
  category: 'productivity',
  capabilities: ['tasks', 'commands'],
  links: {
    app: 'https://developer.zapier.com',
    guide: 'https://docs.zapier.com/powered-by-zapier/authentication/methods/user-access-token',
    status: 'https://status.zapier.com',
  },
  environments: { production: { api: 'https://api.zapier.com' } },
  auth: [
    {
      kind: 'oauth2',
      id: 'oauth',
      // https://docs.zapier.com/powered-by-zapier/authentication/methods/user-access-token
      authorize: 'https://api.zapier.com/v2/authorize',
      token: 'https://zapier.com/oauth/token/',
      authorizeParams: { response_mode: 'query' },
      clientAuth: 'basic',
      pkce: false,
      defaultScopes: ['zap'],
      requiredScopes: ['profile'],
      lifetime: { access: '10h' },
      rotation: { reuseGrace: '1m' },
      deadGrant: ['invalid_grant'],
    },
  ],
  // https://docs.zapier.com/powered-by-zapier/api-reference/oauth-scopes
  scopes: {
    profile: 'Read the profile',
    zap: 'See the Zaps that use this integration',
    'zap:write': 'Make and change Zaps',
    'zap:all': 'See all Zaps of the person',
    'zap:account:all': 'See all Zaps that the person can open, shared ones too',
    'zap:runs': 'See what Zaps have done',
    'action:run': 'Run actions of apps',
    authentication: 'See with which accounts apps are connected',
    'authentication:write': 'Connect accounts of apps',
    'connection:read': 'See connections',
    'connection:write': 'Make and change connections',
  },
  // https://docs.zapier.com/powered-by-zapier/api-reference/accounts/user-profile: a list of the one person.
  identity: { get: '/v1/profiles/me', id: '0.id', name: '0.email' },
  calls: {
    errors: { code: 'errors.0.code', meanings: { throttled: 'rate-limited', system_throttled: 'rate-limited' } },
  },
  // https://docs.zapier.com/powered-by-zapier/api-reference/rate-limiting
  limits: [{ kind: 'calls-per-window', per: 'app', permits: 60, window: '1m' }],
  webhooks,
} satisfies ProviderDefinition
