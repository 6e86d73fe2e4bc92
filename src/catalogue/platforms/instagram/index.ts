import type { ProviderDefinition } from '../../schema/definition.ts'
import { comments } from './models/comments.ts'
import { insights } from './models/insights.ts'
import { webhooks } from './webhooks.ts'

// The Instagram API with Instagram login, for professional accounts:
// https://developers.facebook.com/documentation/instagram-platform/instagram-api-with-instagram-login/business-login
export const instagram = {
  id: 'instagram',
  name: 'Instagram',
  docs: 'https://developers.facebook.com/documentation/instagram-platform',
  category: 'social',
  capabilities: ['publish', 'upload', 'stories', 'videos', 'comments', 'messages', 'analytics'],
  links: {
    app: 'https://developers.facebook.com/apps',
    guide:
      'https://developers.facebook.com/documentation/instagram-platform/instagram-api-with-instagram-login/business-login',
    status: 'https://metastatus.com',
  },
  environments: { production: { api: 'https://graph.instagram.com/v26.0' } },
  auth: [
    {
      kind: 'oauth2',
      id: 'oauth',
      authorize: 'https://www.instagram.com/oauth/authorize',
      token: 'https://api.instagram.com/oauth/access_token',
      clientAuth: 'body',
      pkce: false,
      scopeSeparator: ',',
      defaultScopes: ['instagram_business_basic'],
      requiredScopes: ['instagram_business_basic'],
      // Documented as a list of one, and answered without it too.
      answer: {
        accessToken: ['access_token', 'data.0.access_token'],
        scope: ['permissions', 'data.0.permissions'],
        error: ['error.code', 'error_type'],
      },
      upgrade: {
        url: 'https://graph.instagram.com/access_token',
        method: 'GET',
        grant: 'ig_exchange_token',
        param: 'access_token',
        tells: ['secret'],
      },
      // A token has to be a day old for it, and not at its end.
      refresh: {
        url: 'https://graph.instagram.com/refresh_access_token',
        method: 'GET',
        grant: 'ig_refresh_token',
        param: 'access_token',
        tells: [],
      },
      lifetime: { access: '60d' },
      deadGrant: ['190'],
      badClient: [
        { code: 'OAuthException', says: 'platform app' },
        { code: 'OAuthException', says: 'client secret' },
      ],
    },
  ],
  scopes: {
    instagram_business_basic: 'Read the profile and what it has published',
    instagram_business_content_publish: 'Publish pictures, videos, reels and stories',
    instagram_business_manage_comments: 'Read, write, hide and delete comments',
    instagram_business_manage_messages: 'Read and write messages',
    instagram_business_manage_insights: 'Read how the account and what it published do',
  },
  // `id` is the app's own for the account; `user_id` is the account's.
  identity: { get: '/me', query: { fields: 'user_id,username' }, id: 'user_id', name: 'username' },
  calls: {
    errors: {
      code: 'error.code',
      meanings: {
        ...{ 1: 'unavailable', 2: 'unavailable', 102: 'dead-grant', 190: 'dead-grant' },
        ...{ 4: 'rate-limited', 17: 'rate-limited', 613: 'rate-limited', 80002: 'rate-limited', 803: 'not-found' },
      },
    },
  },
  limits: [{ kind: 'calls-per-window', per: 'connection', permits: 200, window: '1h' }],
  models: { comments, insights },
  webhooks,
} satisfies ProviderDefinition
