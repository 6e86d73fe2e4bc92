import type { ProviderDefinition } from '../definition.ts'

export const quickbooks = {
  id: 'quickbooks',
  name: 'QuickBooks Online',
  docs: 'https://developer.intuit.com/app/developer/qbo/docs/develop',
  environments: {
    production: { api: 'https://quickbooks.api.intuit.com' },
    sandbox: { api: 'https://sandbox-quickbooks.api.intuit.com' },
  },
  auth: [
    {
      kind: 'oauth2',
      authorize: 'https://appcenter.intuit.com/connect/oauth2',
      token: 'https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer',
      revoke: { kind: 'rfc7009', url: 'https://developer.api.intuit.com/v2/oauth2/tokens/revoke' },
      clientAuth: 'basic',
      defaultScopes: ['com.intuit.quickbooks.accounting'],
      captureFromRedirect: ['realmId'],
      lifetime: { access: '1h', refresh: '100d', absolute: '5y' },
      rotation: { reuseGrace: '24h' },
      deadGrant: ['invalid_grant'],
    },
  ],
  scopes: {
    'com.intuit.quickbooks.accounting': 'Read and change the books: customers, items, invoices, payments',
    'com.intuit.quickbooks.payment': 'Take card and bank payments',
  },
  identity: {
    get: '/v3/company/{realmId}/companyinfo/{realmId}',
    id: 'CompanyInfo.Id',
    name: 'CompanyInfo.CompanyName',
  },
  limits: [
    { per: 'connection', permits: 500, window: '1m' },
    { per: 'connection', concurrent: 10 },
  ],
} satisfies ProviderDefinition
