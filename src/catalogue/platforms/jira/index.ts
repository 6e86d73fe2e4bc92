import type { ProviderDefinition } from '../../schema/definition.ts'
import { issues } from './models/issues.ts'
import { webhooks } from './webhooks.ts'

export const jira = {
  id: 'jira',
  name: 'Jira',
  docs: 'https://developer.atlassian.com/cloud/jira/platform/rest/v3/intro/',
  category: 'productivity',
  capabilities: ['issues', 'tasks', 'comments', 'users'],
  links: {
    app: 'https://developer.atlassian.com/console/myapps/',
    guide: 'https://developer.atlassian.com/cloud/jira/platform/oauth-2-3lo-apps/',
    status: 'https://jira-software.status.atlassian.com',
  },
  environments: {
    production: { api: 'https://api.atlassian.com/ex/jira/{cloudId}', accounts: 'https://api.atlassian.com' },
    site: { api: 'https://{site}.atlassian.net' },
    'data-center': { api: 'https://{host}' },
  },
  hostPatterns: { site: '^[A-Za-z0-9][A-Za-z0-9-]{0,62}$', host: '^[A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)+$' },
  auth: [
    {
      kind: 'oauth2',
      id: 'oauth',
      environments: ['production'],
      // https://developer.atlassian.com/cloud/jira/platform/oauth-2-3lo-apps/
      authorize: 'https://auth.atlassian.com/authorize',
      token: 'https://auth.atlassian.com/oauth/token',
      authorizeParams: { audience: 'api.atlassian.com', prompt: 'consent' },
      tokenBody: 'json',
      clientAuth: 'body',
      pkce: false,
      defaultScopes: ['read:jira-work', 'write:jira-work'],
      // Without the first there is no refresh token.
      requiredScopes: ['offline_access', 'read:jira-user'],
      // One grant may open several sites.
      discover: {
        host: 'accounts',
        path: '/oauth/token/accessible-resources',
        keep: { cloudId: 'id' },
        name: 'name',
        detail: 'url',
      },
      identity: { get: '/rest/api/3/myself', id: { captured: 'cloudId' }, name: 'displayName' },
      // https://developer.atlassian.com/cloud/oauth/getting-started/refresh-tokens/
      lifetime: { access: '1h', refresh: '90d', absolute: '365d' },
      rotation: { reuseGrace: '10m' },
      // Said with 403.
      deadGrant: ['invalid_grant'],
    },
    {
      kind: 'api_key',
      id: 'token',
      environments: ['site'],
      label: 'API token',
      help: 'id.atlassian.com, Security, API tokens: one without scopes, as those with scopes are not taken at the site',
      ask: [
        {
          name: 'site',
          label: 'Name of the site',
          help: 'What stands before .atlassian.net',
          pattern: '^[A-Za-z0-9][A-Za-z0-9-]{0,62}$',
        },
      ],
      // https://developer.atlassian.com/cloud/jira/platform/basic-auth-for-rest-apis/
      fields: [
        { name: 'apiToken', label: 'API token', help: 'id.atlassian.com, Security, API tokens', secret: true },
        {
          name: 'email',
          label: 'E-mail address of the account',
          help: 'That of the account that has made the token',
          pattern: '^[^@\\s]+@[^@\\s]+$',
        },
      ],
      placement: { in: 'basic', user: '{email}', password: '{apiToken}' },
      identity: { get: '/rest/api/3/myself', id: { captured: 'site' }, name: 'displayName' },
    },
    {
      kind: 'api_key',
      id: 'data-center-token',
      environments: ['data-center'],
      // https://confluence.atlassian.com/enterprise/using-personal-access-tokens-1026032365.html
      label: 'Personal access token',
      help: 'Jira, Profile, Personal Access Tokens',
      ask: [
        {
          name: 'host',
          label: 'Host of the instance',
          help: 'Such as jira.example.com',
          pattern: '^[A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)+$',
        },
      ],
      placement: { in: 'bearer' },
      identity: { get: '/rest/api/2/myself', id: { captured: 'host' }, name: 'displayName' },
    },
  ],
  // https://developer.atlassian.com/cloud/jira/platform/scopes-for-oauth-2-3LO-and-forge-apps/
  scopes: {
    offline_access: 'Keep access while the person is away',
    'read:me': 'Read the Atlassian profile',
    'read:jira-user': 'See names and addresses of the people of the site',
    'read:jira-work': 'Read projects, issues, attachments and worklogs',
    'write:jira-work': 'Make and change issues, comments, attachments and worklogs',
    'manage:jira-project': 'Make and change projects, versions and components',
    'manage:jira-configuration': 'Change what holds for the whole site, such as fields and workflows',
    'manage:jira-webhook': 'Register webhooks',
  },
  identity: { get: '/rest/api/3/myself', id: 'accountId', name: 'displayName' },
  // Of an endpoint, for those that write least: https://developer.atlassian.com/cloud/jira/platform/rate-limiting/
  limits: [{ kind: 'calls-per-window', per: 'connection', permits: 50, window: '1s' }],
  // Jira says what is wrong in sentences; its gateway has a number.
  calls: { errors: { code: ['code', 'statusCode'] } },
  models: { issues },
  webhooks,
} satisfies ProviderDefinition
