import type { ProviderDefinition } from '../../schema/definition.ts'
import * as google from '../google.ts'
import { campaignFigures } from './models/campaign-figures.ts'

const adwords = 'https://www.googleapis.com/auth/adwords'

/** https://developers.google.com/google-ads/api/reference/rpc/v26/CustomerService/ListAccessibleCustomers */
const discover = {
  path: '/v26/customers:listAccessibleCustomers',
  items: 'resourceNames',
  keep: { customerId: { pattern: '^customers/([0-9]{1,15})$' } },
}

export const googleAds = {
  id: 'google-ads',
  name: 'Google Ads',
  docs: 'https://developers.google.com/google-ads/api/docs/start',
  category: 'advertising',
  capabilities: ['ads', 'campaigns', 'analytics'],
  links: {
    app: 'https://console.cloud.google.com/auth/clients',
    guide: 'https://developers.google.com/google-ads/api/docs/oauth/overview',
    status: 'https://ads.google.com/status/publisher/',
  },
  environments: { production: { api: 'https://googleads.googleapis.com' } },
  app: {
    fields: [
      {
        name: 'developerToken',
        label: 'Developer token',
        help: 'Google Ads, of a manager account: Admin, API Center',
        pattern: '^[A-Za-z0-9_-]{10,50}$',
        secret: true,
      },
    ],
  },
  auth: [
    { ...google.oauth, requiredScopes: [adwords], defaultScopes: [adwords], discover },
    { ...google.serviceAccount, requiredScopes: [adwords], defaultScopes: [adwords], discover },
    { ...google.delegated, requiredScopes: [adwords], defaultScopes: [adwords], discover },
  ],
  scopes: { [adwords]: 'See, change and report on ads accounts' },
  // https://developers.google.com/google-ads/api/rest/common/search
  identity: {
    get: '/v26/customers/{customerId}/googleAds:search',
    body: { query: 'SELECT customer.id, customer.descriptive_name FROM customer LIMIT 1' },
    id: { captured: 'customerId' },
    name: 'results.0.customer.descriptiveName',
  },
  // https://developers.google.com/google-ads/api/rest/auth
  calls: { headers: { 'developer-token': '{developerToken}' }, errors: google.errors },
  // A developer token with basic access has 15,000 operations a day:
  // https://developers.google.com/google-ads/api/docs/api-policy/access-levels
  limits: [{ kind: 'calls-per-window', per: 'app', permits: 15_000, window: '1d' }],
  models: { 'campaign-figures': campaignFigures },
} satisfies ProviderDefinition
