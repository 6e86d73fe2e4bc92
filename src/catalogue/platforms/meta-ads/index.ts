import type { ProviderDefinition } from '../../schema/definition.ts'
import { graph, login, permissions } from '../meta.ts'
import { insights } from './models/insights.ts'
import { webhooks } from './webhooks.ts'

/** Which of the ad accounts is meant that the token may see. */
const discover = {
  path: '/me/adaccounts',
  query: { fields: 'id,name', limit: 200 },
  items: 'data',
  keep: { adAccountId: 'id' },
  name: 'name',
  detail: 'id',
}

export const metaAds = {
  id: 'meta-ads',
  name: 'Meta Ads',
  docs: 'https://developers.facebook.com/docs/marketing-apis',
  category: 'advertising',
  capabilities: ['ads', 'campaigns', 'analytics', 'leads'],
  links: {
    app: 'https://developers.facebook.com/apps',
    guide: 'https://developers.facebook.com/docs/marketing-apis/get-started',
    status: 'https://metastatus.com',
  },
  environments: { production: { api: graph } },
  auth: [
    {
      ...login,
      id: 'oauth',
      defaultScopes: ['ads_read', 'ads_management'],
      discover,
      revoke: { ...permissions, as: 'token' },
    },
    {
      // https://developers.facebook.com/docs/business-management-apis/system-users
      kind: 'api_key',
      id: 'system-user',
      label: 'Token of a system user',
      pattern: '^EAA[A-Za-z0-9]{20,}$',
      help: 'Business settings, Users, System users, Generate new token',
      discover,
      placement: { in: 'bearer' },
    },
  ],
  scopes: {
    ads_read: 'Read campaigns, ads and how they do',
    ads_management: 'Create, change and stop campaigns and ads',
    business_management: 'Manage the business and what belongs to it',
    pages_show_list: 'See the pages that ads are made for',
    pages_read_engagement: 'Read the posts that ads are made of',
    pages_manage_ads: 'Manage ads of the pages',
    leads_retrieval: 'Read what people have filled in in lead forms',
    catalog_management: 'Manage catalogues of products',
    read_insights: 'Read how posts and pages do',
  },
  identity: { get: '/{adAccountId}', query: { fields: 'id,name' }, id: 'id', name: 'name' },
  // https://developers.facebook.com/docs/marketing-api/error-reference
  calls: {
    errors: {
      code: 'error.code',
      meanings: {
        ...{ 1: 'unavailable', 2: 'unavailable', 102: 'dead-grant', 190: 'dead-grant', 803: 'not-found' },
        ...{ 4: 'rate-limited', 17: 'rate-limited', 32: 'rate-limited', 613: 'rate-limited', 80000: 'rate-limited' },
        ...{ 80003: 'rate-limited', 80004: 'rate-limited', 80014: 'rate-limited' },
      },
    },
  },
  // Of an app without full access: https://developers.facebook.com/docs/marketing-api/overview/rate-limiting
  limits: [{ kind: 'calls-per-window', per: 'connection', permits: 300, window: '1h' }],
  models: { insights },
  webhooks,
} satisfies ProviderDefinition
