import type { ProviderDefinition } from '../../schema/definition.ts'
import { repositories } from './models/repositories.ts'
import { webhooks } from './webhooks.ts'

export const github = {
  id: 'github',
  name: 'GitHub',
  docs: 'https://docs.github.com/en/rest',
  environments: { production: { api: 'https://api.github.com' } },
  auth: [
    {
      kind: 'oauth2',
      id: 'oauth',
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
  ],
  scopes: {
    'read:user': 'Read the profile',
    'user:email': 'Read the e-mail addresses',
    repo: 'Read and change repositories, private ones included',
    'admin:repo_hook': 'Manage the webhooks of repositories',
  },
  identity: {
    get: '/user',
    headers: { accept: 'application/vnd.github+json', 'x-github-api-version': '2022-11-28' },
    id: 'id',
    name: 'login',
  },
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
  models: { repositories },
  webhooks,
} satisfies ProviderDefinition
