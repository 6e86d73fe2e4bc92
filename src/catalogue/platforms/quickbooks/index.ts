import type { ProviderDefinition } from '../../schema/definition.ts'
import { customers } from './models/customers.ts'
import { invoices } from './models/invoices.ts'
import { items } from './models/items.ts'
import { payments } from './models/payments.ts'
import { webhooks } from './webhooks.ts'

export const quickbooks = {
  id: 'quickbooks',
  name: 'QuickBooks Online',
  docs: 'https://developer.intuit.com/app/developer/qbo/docs/develop',
  category: 'accounting',
  capabilities: ['customers', 'invoices', 'payments', 'products'],
  links: {
    app: 'https://developer.intuit.com/app/developer/dashboard',
    guide: 'https://developer.intuit.com/app/developer/qbo/docs/develop/authentication-and-authorization/oauth-2.0',
    status: 'https://status.developer.intuit.com',
  },
  environments: {
    production: { api: 'https://quickbooks.api.intuit.com' },
    sandbox: { api: 'https://sandbox-quickbooks.api.intuit.com' },
  },
  auth: [
    {
      kind: 'oauth2',
      id: 'oauth',
      authorize: 'https://appcenter.intuit.com/connect/oauth2',
      token: 'https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer',
      revoke: { kind: 'rfc7009', url: 'https://developer.api.intuit.com/v2/oauth2/tokens/revoke' },
      clientAuth: 'basic',
      defaultScopes: ['com.intuit.quickbooks.accounting'],
      captureFromRedirect: ['realmId'],
      lifetime: { access: '1h', refresh: '100d', absolute: '5y' },
      refreshExpiresIn: 'x_refresh_token_expires_in',
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
    // CompanyInfo.Id is 1 in every company.
    id: { captured: 'realmId' },
    name: 'CompanyInfo.CompanyName',
  },
  calls: {
    errors: {
      code: 'Fault.Error.0.code',
      // A 200 may have a fault too: https://developer.intuit.com/app/developer/qbo/docs/develop/troubleshooting/error-codes
      inside200: 'Fault',
    },
  },
  limits: [
    { kind: 'calls-per-window', per: 'connection', permits: 500, window: '1m' },
    { kind: 'calls-at-once', per: 'connection', concurrent: 10 },
  ],
  models: { customers, items, invoices, payments },
  webhooks,
} satisfies ProviderDefinition
