import type { ProviderDefinition } from '../definition.ts'

export const github = {
  id: 'github',
  name: 'GitHub',
  docs: 'https://docs.github.com/en/rest',
  environments: { production: { api: 'https://api.github.com' } },
  auth: [
    {
      kind: 'oauth2',
      authorize: 'https://github.com/login/oauth/authorize',
      token: 'https://github.com/login/oauth/access_token',
      revoke: { kind: 'delete-grant', url: 'https://api.github.com/applications/{clientId}/grant' },
      clientAuth: 'body',
      defaultScopes: ['read:user'],
      lifetime: {},
      deadGrant: ['bad_refresh_token', 'unauthorized_client'],
      errorsInside200: true,
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
  limits: [{ per: 'connection', permits: 5000, window: '1h' }],
} satisfies ProviderDefinition
