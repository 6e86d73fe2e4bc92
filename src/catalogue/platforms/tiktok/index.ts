import type { ProviderDefinition } from '../../schema/definition.ts'
import { videoFigures } from './models/video-figures.ts'
import { webhooks } from './webhooks.ts'

export const tiktok = {
  id: 'tiktok',
  name: 'TikTok',
  docs: 'https://developers.tiktok.com/doc',
  category: 'social',
  capabilities: ['videos', 'publish', 'upload', 'analytics'],
  links: {
    app: 'https://developers.tiktok.com/apps',
    guide: 'https://developers.tiktok.com/doc/login-kit-web',
  },
  environments: { production: { api: 'https://open.tiktokapis.com/v2' } },
  auth: [
    {
      // https://developers.tiktok.com/doc/oauth-get-a-user-access-token
      kind: 'oauth2',
      id: 'oauth',
      authorize: 'https://www.tiktok.com/v2/auth/authorize/',
      token: 'https://open.tiktokapis.com/v2/oauth/token/',
      clientAuth: 'body',
      clientIdParam: 'client_key',
      // Asked of apps on phones and desktops alone.
      pkce: false,
      scopeSeparator: ',',
      defaultScopes: ['user.info.basic'],
      requiredScopes: ['user.info.basic'],
      revoke: {
        kind: 'call',
        method: 'POST',
        url: 'https://open.tiktokapis.com/v2/oauth/revoke/',
        as: 'client',
        body: 'form',
        params: { token: '{accessToken}' },
      },
      lifetime: { access: '24h', refresh: '1y' },
      refreshExpiresIn: 'refresh_expires_in',
      rotation: { reuseGrace: '1s' },
      deadGrant: ['access_token_invalid'],
    },
  ],
  // https://developers.tiktok.com/doc/tiktok-api-scopes
  scopes: {
    'user.info.basic': 'Read the name and the picture of the profile',
    'user.info.profile': 'Read the address, the description and the links of the profile',
    'user.info.stats': 'Read the counts of followers, likes and videos',
    'video.list': 'Read the public videos',
    'video.upload': 'Upload videos as drafts',
    'video.publish': 'Publish videos and photos',
  },
  identity: {
    get: '/user/info/',
    query: { fields: 'open_id,union_id,display_name' },
    id: 'data.user.open_id',
    name: 'data.user.display_name',
  },
  // https://developers.tiktok.com/doc/tiktok-api-v2-error-handling
  calls: {
    errors: {
      code: 'error.code',
      inside200: { path: 'error.code', unless: 'ok' },
      meanings: {
        access_token_invalid: 'dead-grant',
        scope_not_authorized: 'rejected',
        rate_limit_exceeded: 'rate-limited',
        spam_risk_too_many_posts: 'rejected',
        internal_error: 'unavailable',
      },
    },
  },
  // https://developers.tiktok.com/doc/tiktok-api-v2-rate-limit
  limits: [{ kind: 'calls-per-window', per: 'connection', permits: 600, window: '1m' }],
  models: { 'video-figures': videoFigures },
  webhooks,
} satisfies ProviderDefinition
