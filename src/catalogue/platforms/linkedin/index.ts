import type { ProviderDefinition } from '../../schema/definition.ts'
import { campaignFigures } from './models/campaign-figures.ts'
import { shareFigures } from './models/share-figures.ts'
import { webhooks } from './webhooks.ts'

export const linkedin = {
  id: 'linkedin',
  name: 'LinkedIn',
  docs: 'https://learn.microsoft.com/en-us/linkedin',
  category: 'social',
  capabilities: ['posts', 'publish', 'upload', 'comments', 'pages', 'analytics', 'ads'],
  links: {
    app: 'https://www.linkedin.com/developers/apps',
    guide: 'https://learn.microsoft.com/en-us/linkedin/shared/authentication/authorization-code-flow',
    status: 'https://www.linkedin-apistatus.com',
  },
  environments: { production: { api: 'https://api.linkedin.com' } },
  auth: [
    {
      // https://learn.microsoft.com/en-us/linkedin/shared/authentication/authorization-code-flow
      kind: 'oauth2',
      id: 'oauth',
      authorize: 'https://www.linkedin.com/oauth/v2/authorization',
      token: 'https://www.linkedin.com/oauth/v2/accessToken',
      clientAuth: 'body',
      pkce: false,
      denied: ['user_cancelled_login', 'user_cancelled_authorize'],
      defaultScopes: ['openid', 'profile'],
      requiredScopes: ['openid', 'profile'],
      revoke: {
        kind: 'call',
        method: 'POST',
        url: 'https://www.linkedin.com/oauth/v2/revoke',
        as: 'client',
        body: 'form',
        params: { token: '{accessToken}' },
      },
      // There is a refresh token for approved partners only. It lives a year from the consent, which use does not prolong.
      lifetime: { access: '60d', refresh: '365d' },
      refreshExpiresIn: 'refresh_token_expires_in',
      deadGrant: ['revoked_access_token', 'expired_access_token'],
      badClient: ['invalid_client_id'],
    },
  ],
  scopes: {
    openid: 'Know who the member is',
    profile: 'Read the name and the picture of the profile',
    email: 'Read the e-mail address',
    w_member_social: 'Write, change and delete posts, comments and reactions of the member',
    r_organization_social: "Read posts, comments and reactions of the member's organisations, and how they do",
    w_organization_social: "Write, change and delete posts, comments and reactions of the member's organisations",
    r_organization_admin: "Read pages of the member's organisations, their followers and visitors",
    rw_organization_admin: "Manage pages of the member's organisations, and read how they do",
    r_ads: 'Read ad accounts, campaigns and ads',
    rw_ads: 'Manage ad accounts, campaigns and ads',
    r_ads_reporting: 'Read how ads do',
    r_basicprofile: 'Read the name, the picture and the headline of the profile',
  },
  identity: { get: '/v2/userinfo', id: 'sub', name: 'name' },
  // A version lives a year: https://learn.microsoft.com/en-us/linkedin/marketing/versioning
  calls: {
    headers: { 'linkedin-version': '202607', 'x-restli-protocol-version': '2.0.0' },
    errors: {
      code: ['code', 'serviceErrorCode'],
      meanings: {
        ...{
          REVOKED_ACCESS_TOKEN: 'dead-grant',
          EXPIRED_ACCESS_TOKEN: 'dead-grant',
          INVALID_ACCESS_TOKEN: 'dead-grant',
        },
        ...{ 65600: 'dead-grant', 65601: 'dead-grant', 65602: 'dead-grant', RESOURCE_NOT_FOUND: 'not-found' },
      },
    },
  },
  limits: [{ kind: 'calls-per-window', per: 'connection', permits: 500, window: '1d' }],
  models: { 'campaign-figures': campaignFigures, 'share-figures': shareFigures },
  webhooks,
} satisfies ProviderDefinition
