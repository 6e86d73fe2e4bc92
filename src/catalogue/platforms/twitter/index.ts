import type { ProviderDefinition } from '../../schema/definition.ts'
import { postFigures } from './models/post-figures.ts'
import { webhooks } from './webhooks.ts'

export const twitter = {
  id: 'twitter',
  name: 'X (Twitter)',
  docs: 'https://docs.x.com/x-api',
  category: 'social',
  capabilities: ['posts', 'publish', 'upload', 'messages', 'users', 'lists', 'analytics'],
  links: {
    app: 'https://developer.x.com/en/portal/dashboard',
    guide: 'https://docs.x.com/fundamentals/authentication/oauth-2-0/authorization-code',
    status: 'https://docs.x.com/status',
  },
  environments: { production: { api: 'https://api.x.com' } },
  auth: [
    {
      // https://docs.x.com/fundamentals/authentication/oauth-2-0/authorization-code
      kind: 'oauth2',
      id: 'oauth',
      authorize: 'https://x.com/i/oauth2/authorize',
      token: 'https://api.x.com/2/oauth2/token',
      revoke: { kind: 'rfc7009', url: 'https://api.x.com/2/oauth2/revoke' },
      clientAuth: 'basic',
      defaultScopes: ['tweet.read', 'users.read'],
      // The profile is read with these two, and there is a refresh token only with the third.
      requiredScopes: ['tweet.read', 'users.read', 'offline.access'],
      lifetime: { access: '2h' },
      rotation: { reuseGrace: '1s' },
      deadGrant: [{ code: 'invalid_request', says: 'token was invalid' }],
    },
  ],
  scopes: {
    'tweet.read': 'Read posts',
    'tweet.write': 'Write and delete posts',
    'tweet.moderate.write': 'Hide and show replies',
    'users.read': 'Read profiles',
    'users.email': 'Read the e-mail address',
    'follows.read': 'See who follows and is followed',
    'follows.write': 'Follow and unfollow',
    'like.read': 'See likes',
    'like.write': 'Like posts, and take it back',
    'list.read': 'Read lists',
    'list.write': 'Make, change and delete lists',
    'bookmark.read': 'Read bookmarks',
    'bookmark.write': 'Set and remove bookmarks',
    'mute.read': 'See who is muted',
    'mute.write': 'Mute and unmute',
    'block.read': 'See who is blocked',
    'block.write': 'Block and unblock',
    'space.read': 'Read spaces',
    'dm.read': 'Read direct messages',
    'dm.write': 'Write direct messages',
    'media.write': 'Upload pictures and videos',
    'offline.access': 'Keep access when the person is away',
  },
  identity: { get: '/2/users/me', id: 'data.id', name: 'data.username' },
  calls: {
    errors: {
      code: ['errors.0.code', 'reason', 'errors.0.type'],
      // Errors beside data are of a part of what was asked for: https://docs.x.com/x-api/fundamentals/response-codes-and-errors
      inside200: { path: 'errors', without: 'data' },
      meanings: {
        'https://api.twitter.com/2/problems/resource-not-found': 'not-found',
        'https://api.x.com/2/problems/resource-not-found': 'not-found',
      },
    },
  },
  limits: [
    {
      kind: 'calls-per-window',
      per: 'connection',
      permits: 900,
      window: '15m',
      headers: { remaining: 'x-rate-limit-remaining', reset: 'x-rate-limit-reset', resetIn: 'unix-seconds' },
    },
  ],
  models: { 'post-figures': postFigures },
  webhooks,
} satisfies ProviderDefinition
