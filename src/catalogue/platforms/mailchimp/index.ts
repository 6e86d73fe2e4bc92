import type { ProviderDefinition } from '../../schema/definition.ts'
import { campaigns } from './models/campaigns.ts'
import { members } from './models/members.ts'
import { webhooks } from './webhooks.ts'

export const mailchimp = {
  id: 'mailchimp',
  name: 'Mailchimp',
  docs: 'https://mailchimp.com/developer/marketing',
  category: 'marketing',
  capabilities: ['lists', 'contacts', 'campaigns', 'email', 'analytics'],
  links: {
    app: 'https://us1.admin.mailchimp.com/account/oauth2/',
    guide: 'https://mailchimp.com/developer/marketing/guides/access-user-data-oauth-2/',
    status: 'https://status.mailchimp.com',
  },
  environments: {
    production: { api: 'https://{dc}.api.mailchimp.com/3.0', login: 'https://login.mailchimp.com' },
  },
  hostPatterns: { dc: '^[a-z]{2}[0-9]{1,3}$' },
  auth: [
    {
      // https://mailchimp.com/developer/marketing/guides/access-user-data-oauth-2/
      kind: 'oauth2',
      id: 'oauth',
      authorize: 'https://login.mailchimp.com/oauth2/authorize',
      token: 'https://login.mailchimp.com/oauth2/token',
      clientAuth: 'body',
      pkce: false,
      // There are none: an app may do what the person may do.
      defaultScopes: [],
      discover: { host: 'login', path: '/oauth2/metadata', keep: { dc: 'dc' } },
      placement: { in: 'header', name: 'authorization', value: 'OAuth {accessToken}' },
      // A life of 0 says that it does not end.
      lifetime: {},
      deadGrant: [],
    },
    {
      kind: 'api_key',
      id: 'key',
      label: 'API key',
      pattern: '^[0-9a-f]{32}-[a-z]{2}[0-9]{1,3}$',
      help: 'Mailchimp, Profile, Extras, API keys',
      capture: { dc: '-([a-z]{2}[0-9]{1,3})$' },
      placement: { in: 'basic', user: 'causeway', password: '{accessToken}' },
    },
  ],
  scopes: {},
  identity: { get: '/', id: 'account_id', name: 'account_name' },
  // https://mailchimp.com/developer/marketing/docs/errors/
  calls: {
    errors: {
      code: 'title',
      meanings: {
        'API Key Invalid': 'dead-grant',
        'API Key Missing': 'dead-grant',
        'User Disabled': 'dead-grant',
        'Resource Not Found': 'not-found',
        'Too Many Requests': 'rate-limited',
        'Member Exists': 'duplicate',
      },
    },
  },
  limits: [{ kind: 'calls-at-once', per: 'connection', concurrent: 10 }],
  models: { campaigns, members },
  webhooks,
} satisfies ProviderDefinition
