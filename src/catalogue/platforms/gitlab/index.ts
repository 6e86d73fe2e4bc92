import type { ProviderDefinition } from '../../schema/definition.ts'
import { issues } from './models/issues.ts'
import { webhooks } from './webhooks.ts'

const token = {
  kind: 'api_key' as const,
  label: 'Access token',
  help: 'User settings, Access tokens; or Settings, Access tokens of a project or group',
  placement: { in: 'header' as const, name: 'private-token' },
}

export const gitlab = {
  id: 'gitlab',
  name: 'GitLab',
  docs: 'https://docs.gitlab.com/api/rest/',
  category: 'developer',
  capabilities: ['repositories', 'issues', 'comments'],
  links: {
    app: 'https://gitlab.com/-/user_settings/applications',
    guide: 'https://docs.gitlab.com/integration/oauth_provider/',
    status: 'https://status.gitlab.com',
  },
  environments: {
    production: { api: 'https://gitlab.com/api/v4' },
    'self-managed': { api: 'https://{host}/api/v4' },
  },
  hostPatterns: { host: '^[A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)+$' },
  auth: [
    // Another instance has apps of its own, which say in their base URLs where it is: no person's host gets their secret.
    {
      kind: 'oauth2',
      id: 'oauth',
      environments: ['production'],
      // https://docs.gitlab.com/api/oauth2/
      authorize: 'https://gitlab.com/oauth/authorize',
      token: 'https://gitlab.com/oauth/token',
      revoke: { kind: 'rfc7009', url: 'https://gitlab.com/oauth/revoke' },
      clientAuth: 'body',
      defaultScopes: ['read_api'],
      requiredScopes: ['read_user'],
      lifetime: { access: '2h' },
      // A refresh ends both tokens at once.
      rotation: { reuseGrace: '1s' },
      deadGrant: ['invalid_grant'],
    },
    { ...token, id: 'token', environments: ['production'], pattern: '^gl[a-z]{2,8}-[A-Za-z0-9_.-]{20,300}$' },
    {
      ...token,
      id: 'token-self-managed',
      environments: ['self-managed'],
      ask: [
        {
          name: 'host',
          label: 'Host of the instance',
          help: 'Such as gitlab.example.com',
          pattern: '^[A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)+$',
        },
      ],
      // An instance may give its tokens another prefix.
      pattern: '^[A-Za-z0-9_.-]{20,300}$',
    },
  ],
  // https://docs.gitlab.com/integration/oauth_provider/#view-all-authorized-applications
  scopes: {
    api: 'Read and change everything that the person can',
    read_api: 'Read everything that the person can',
    read_user: 'Read the profile',
    read_repository: 'Read repositories, over HTTP',
    write_repository: 'Read and change repositories, over HTTP',
    read_registry: 'Read container images of private projects',
    write_registry: 'Read and change container images',
    create_runner: 'Make runners',
    manage_runner: 'Manage runners',
    k8s_proxy: 'Call Kubernetes through the agent',
    ai_features: 'Use GitLab Duo',
    openid: 'Know who the person is',
    profile: 'See the public profile',
    email: 'See the e-mail address',
    sudo: 'Act as any user, for administrators',
  },
  identity: { get: '/user', id: 'id', name: 'username' },
  calls: {
    errors: { code: ['error', 'message'], meanings: { invalid_token: 'dead-grant', insufficient_scope: 'rejected' } },
  },
  // https://docs.gitlab.com/security/rate_limits/, with the headers of https://docs.gitlab.com/administration/settings/user_and_ip_rate_limits/
  limits: [
    {
      kind: 'calls-per-window',
      per: 'connection',
      permits: 2_000,
      window: '1m',
      headers: { remaining: 'ratelimit-remaining', reset: 'ratelimit-reset', resetIn: 'unix-seconds' },
    },
  ],
  models: { issues },
  webhooks,
} satisfies ProviderDefinition
