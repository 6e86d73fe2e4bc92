import type { ProviderDefinition } from '../../schema/definition.ts'
import { issues } from './models/issues.ts'
import { repositories } from './models/repositories.ts'
import { scopes } from './scopes.ts'
import { webhooks } from './webhooks.ts'

const token = {
  kind: 'api_key' as const,
  label: 'Personal access token',
  help: 'Settings, Developer settings, Personal access tokens',
  pattern: '^(github_pat_|gh[a-z]_)[A-Za-z0-9_]{20,250}$',
  placement: { in: 'bearer' as const },
}

export const github = {
  id: 'github',
  name: 'GitHub',
  docs: 'https://docs.github.com/en/rest',
  category: 'developer',
  capabilities: ['repositories', 'issues', 'comments'],
  links: {
    app: 'https://github.com/settings/developers',
    guide: 'https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps',
    status: 'https://www.githubstatus.com',
  },
  environments: {
    production: { api: 'https://api.github.com' },
    'enterprise-server': { api: 'https://{host}/api/v3' },
  },
  hostPatterns: { host: '^[A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)+$' },
  app: {
    fields: [
      {
        name: 'slug',
        label: 'Name of the GitHub App in addresses',
        help: 'github.com/apps/…',
        pattern: '^[a-z0-9-]+$',
      },
      {
        name: 'privateKey',
        label: 'Private key of the GitHub App',
        help: 'Settings, Developer settings, GitHub Apps, Private keys',
        pattern: 'BEGIN( RSA)? PRIVATE KEY',
        secret: true,
      },
    ],
  },
  auth: [
    // Another server has apps of its own, which say in their base URLs where it is: no person's host gets their secret.
    {
      kind: 'oauth2',
      id: 'oauth',
      environments: ['production'],
      authorize: 'https://github.com/login/oauth/authorize',
      token: 'https://github.com/login/oauth/access_token',
      revoke: { kind: 'delete-grant', url: 'https://api.github.com/applications/{clientId}/grant' },
      clientAuth: 'body',
      defaultScopes: ['read:user'],
      lifetime: {},
      refreshExpiresIn: 'refresh_token_expires_in',
      deadGrant: ['bad_refresh_token', 'unauthorized_client'],
      badClient: ['incorrect_client_credentials'],
    },
    {
      kind: 'app_installation',
      id: 'app',
      byNameOnly: true,
      environments: ['production'],
      authorize: 'https://github.com/apps/{slug}/installations/new',
      captureFromRedirect: ['installation_id'],
      token: 'https://api.github.com/app/installations/{installation_id}/access_tokens',
      answer: { accessToken: 'token', expiresIn: 'expires_at' },
      // https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-json-web-token-jwt-for-a-github-app
      assertion: { algorithm: 'RS256', key: '{privateKey}', claims: { iss: '{clientId}' }, life: '9m' },
      confirm: {
        token: 'https://github.com/login/oauth/access_token',
        call: 'https://api.github.com/user/installations/{installation_id}/repositories',
      },
      identity: {
        get: '/installation/repositories',
        id: { captured: 'installation_id' },
        name: 'repositories.0.owner.login',
      },
      lifetime: { access: '1h' },
      deadGrant: [],
    },
    { ...token, id: 'token', environments: ['production'] },
    {
      ...token,
      id: 'token-enterprise-server',
      environments: ['enterprise-server'],
      ask: [
        {
          name: 'host',
          label: 'Host of the server',
          help: 'Such as github.example.com',
          pattern: '^[A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)+$',
        },
      ],
    },
  ],
  scopes,
  identity: { get: '/user', id: 'id', name: 'login' },
  calls: { headers: { accept: 'application/vnd.github+json', 'x-github-api-version': '2022-11-28' } },
  limits: [
    {
      kind: 'calls-per-window',
      per: 'connection',
      permits: 5000,
      window: '1h',
      headers: { remaining: 'x-ratelimit-remaining', reset: 'x-ratelimit-reset', resetIn: 'unix-seconds' },
    },
  ],
  // Secondary limits come without headers: https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
  limitSigns: [{ status: 403, text: { path: 'message', has: 'rate limit' }, wait: '1m' }],
  models: { issues, repositories },
  webhooks,
} satisfies ProviderDefinition
