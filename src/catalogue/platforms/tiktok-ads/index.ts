import type { ProviderDefinition } from '../../schema/definition.ts'
import { campaignFigures } from './models/campaign-figures.ts'

export const tiktokAds = {
  id: 'tiktok-ads',
  name: 'TikTok Ads',
  docs: 'https://business-api.tiktok.com/portal/docs',
  category: 'advertising',
  capabilities: ['ads', 'campaigns', 'analytics', 'leads'],
  links: {
    app: 'https://business-api.tiktok.com/portal/apps',
    guide: 'https://business-api.tiktok.com/portal/docs?id=1738373164380162',
  },
  environments: {
    production: { api: 'https://business-api.tiktok.com/open_api/v1.3' },
    sandbox: { api: 'https://sandbox-ads.tiktok.com/open_api/v1.3' },
  },
  auth: [
    {
      // https://business-api.tiktok.com/portal/docs?id=1738373164380162
      kind: 'oauth2',
      id: 'oauth',
      environments: ['production'],
      authorize: 'https://business-api.tiktok.com/portal/auth',
      token: 'https://business-api.tiktok.com/open_api/v1.3/oauth2/access_token/',
      tokenBody: 'json',
      clientAuth: 'body',
      clientIdParam: 'app_id',
      clientSecretParam: 'secret',
      codeParam: 'auth_code',
      pkce: false,
      // What an app may do is set where it is registered.
      defaultScopes: [],
      answer: { accessToken: 'data.access_token', error: 'code' },
      discover: {
        path: '/oauth2/advertiser/get/',
        client: { id: 'app_id', secret: 'secret' },
        items: 'data.list',
        keep: { advertiserId: 'advertiser_id' },
        name: 'advertiser_name',
        detail: 'advertiser_id',
      },
      placement: { in: 'header', name: 'access-token' },
      revoke: {
        kind: 'call',
        method: 'POST',
        url: 'https://business-api.tiktok.com/open_api/v1.3/oauth2/revoke_token/',
        as: 'client',
        body: 'json',
        params: { access_token: '{accessToken}' },
      },
      // It is good until it is taken back.
      lifetime: {},
      deadGrant: ['40105'],
    },
    {
      kind: 'api_key',
      id: 'token',
      label: 'Access token',
      pattern: '^[0-9a-f]{40}$',
      help: "TikTok API for Business, My apps, the app's access token; in the sandbox the sandbox's own",
      ask: [
        {
          name: 'advertiserId',
          label: 'Advertiser ID',
          help: 'TikTok Ads Manager, beside the name of the account',
          pattern: '^[0-9]{5,25}$',
        },
      ],
      placement: { in: 'header', name: 'access-token' },
    },
  ],
  scopes: {},
  identity: { get: '/user/info/', id: { captured: 'advertiserId' }, name: 'data.display_name' },
  // Everything comes with a 200: https://business-api.tiktok.com/portal/docs?id=1737172488964097
  calls: {
    errors: {
      code: 'code',
      inside200: { path: 'code', unless: 0 },
      meanings: {
        ...{ 40104: 'dead-grant', 40105: 'dead-grant', 40100: 'rate-limited', 40133: 'rate-limited' },
        ...{ 40001: 'rejected', 40002: 'rejected', 50000: 'unavailable', 50002: 'unavailable' },
      },
    },
  },
  limits: [{ kind: 'calls-per-window', per: 'app', permits: 10, window: '1s' }],
  models: { 'campaign-figures': campaignFigures },
} satisfies ProviderDefinition
