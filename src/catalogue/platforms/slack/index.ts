import type { ProviderDefinition } from '../../schema/definition.ts'
import { scopes } from './scopes.ts'
import { webhooks } from './webhooks.ts'

const common = {
  kind: 'oauth2' as const,
  authorize: 'https://slack.com/oauth/v2/authorize',
  token: 'https://slack.com/api/oauth.v2.access',
  clientAuth: 'body' as const,
  // An app that takes it is a public client from then on: https://docs.slack.dev/authentication/using-pkce
  pkce: false,
  scopeSeparator: ',' as const,
  // Ends this token; the app stays installed: https://docs.slack.dev/reference/methods/auth.revoke
  revoke: {
    kind: 'call' as const,
    method: 'POST' as const,
    url: 'https://slack.com/api/auth.revoke',
    as: 'token' as const,
  },
  // Tokens end only where the app has rotation on, and then say when: https://docs.slack.dev/authentication/using-token-rotation
  lifetime: {},
  deadGrant: ['invalid_refresh_token', 'token_revoked', 'invalid_code', 'code_already_used', 'account_inactive'],
  badClient: ['bad_client_secret', 'invalid_client_id'],
}

/** The person's token, in the answer to a code. */
const personAnswer = {
  accessToken: 'authed_user.access_token',
  refreshToken: 'authed_user.refresh_token',
  expiresIn: 'authed_user.expires_in',
  scope: 'authed_user.scope',
}
const personIdentity = { get: '/auth.test', id: 'user_id', name: 'user' }

export const slack = {
  id: 'slack',
  name: 'Slack',
  docs: 'https://docs.slack.dev/reference/methods',
  category: 'chat',
  capabilities: ['messages', 'channels', 'users', 'files', 'notifications', 'commands'],
  links: {
    app: 'https://api.slack.com/apps',
    guide: 'https://docs.slack.dev/authentication/installing-with-oauth',
    status: 'https://slack-status.com',
  },
  environments: { production: { api: 'https://slack.com/api' } },
  auth: [
    {
      ...common,
      id: 'oauth',
      defaultScopes: ['channels:read', 'chat:write', 'users:read'],
      captureFromToken: { teamId: 'team.id', appId: 'app_id', botUserId: 'bot_user_id' },
      // The person's own token comes with the bot's where scopes for it are asked for, such as `user:search:read`.
      secondScopes: { param: 'user_scope', prefix: 'user:', granted: 'authed_user.scope' },
      second: { as: 'user', answer: personAnswer, account: 'authed_user.id', identity: personIdentity },
    },
    {
      // The same page gives a token of the person's own, which stands beside the bot's.
      ...common,
      id: 'user',
      scopeParam: 'user_scope',
      defaultScopes: ['channels:read', 'chat:write', 'users:read'],
      answer: {
        accessToken: ['authed_user.access_token', 'access_token'],
        refreshToken: ['authed_user.refresh_token', 'refresh_token'],
        expiresIn: ['authed_user.expires_in', 'expires_in'],
        scope: ['authed_user.scope', 'scope'],
      },
      captureFromToken: { teamId: 'team.id', appId: 'app_id' },
      identity: personIdentity,
    },
    {
      kind: 'api_key',
      id: 'token',
      label: 'Bot or user token',
      help: 'api.slack.com/apps, your app, OAuth & Permissions',
      pattern: '^xox[bp]-[A-Za-z0-9-]{10,250}$',
      placement: { in: 'bearer' },
    },
  ],
  scopes,
  // https://docs.slack.dev/reference/methods/auth.test
  identity: { get: '/auth.test', id: 'team_id', name: 'team' },
  calls: {
    errors: {
      code: 'error',
      // Errors come with 200.
      inside200: { path: 'ok', equals: false },
      meanings: {
        invalid_auth: 'dead-grant',
        not_authed: 'dead-grant',
        account_inactive: 'dead-grant',
        token_revoked: 'dead-grant',
        token_expired: 'dead-grant',
        ratelimited: 'rate-limited',
        channel_not_found: 'not-found',
        user_not_found: 'not-found',
        internal_error: 'unavailable',
        fatal_error: 'unavailable',
        service_unavailable: 'unavailable',
      },
    },
  },
  // By method, from one a minute up: https://docs.slack.dev/apis/web-api/rate-limits
  limits: [{ kind: 'calls-per-window', per: 'connection', permits: 50, window: '1m' }],
  webhooks,
} satisfies ProviderDefinition
