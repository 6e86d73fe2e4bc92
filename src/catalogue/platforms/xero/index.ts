import type { ProviderDefinition } from '../../schema/definition.ts'
import { contacts } from './models/contacts.ts'
import { invoices } from './models/invoices.ts'
import { items } from './models/items.ts'
import { overpayments } from './models/overpayments.ts'
import { payments } from './models/payments.ts'
import { prepayments } from './models/prepayments.ts'
import { scopes } from './scopes.ts'
import { webhooks } from './webhooks.ts'

export const xero = {
  id: 'xero',
  name: 'Xero',
  docs: 'https://developer.xero.com/documentation/api/accounting/overview',
  category: 'accounting',
  capabilities: ['contacts', 'invoices', 'payments', 'products'],
  links: {
    app: 'https://developer.xero.com/app/manage',
    guide: 'https://developer.xero.com/documentation/guides/oauth2/auth-flow',
    status: 'https://status.developer.xero.com',
  },
  environments: { production: { api: 'https://api.xero.com' } },
  auth: [
    {
      kind: 'oauth2',
      id: 'oauth',
      authorize: 'https://login.xero.com/identity/connect/authorize',
      token: 'https://identity.xero.com/connect/token',
      clientAuth: 'basic-raw',
      defaultScopes: ['accounting.contacts', 'accounting.settings', 'accounting.invoices', 'accounting.payments'],
      requiredScopes: ['offline_access', 'accounting.settings.read'],
      // One consent may open several organisations: https://developer.xero.com/documentation/guides/oauth2/tenants
      discover: {
        path: '/connections',
        keep: { tenantId: 'tenantId', connectionId: 'id' },
        name: 'tenantName',
        detail: 'tenantType',
      },
      lifetime: { access: '30m', refresh: '60d' },
      rotation: { reuseGrace: '30m' },
      // Revoking the token would end the person's other connections too.
      revoke: {
        kind: 'call',
        method: 'DELETE',
        url: 'https://api.xero.com/connections/{connectionId}',
        as: 'token',
      },
      deadGrant: [],
    },
    {
      kind: 'client_credentials',
      id: 'custom-connection',
      // https://developer.xero.com/documentation/guides/oauth2/custom-connections
      token: 'https://identity.xero.com/connect/token',
      clientAuth: 'basic-raw',
      fields: [
        { name: 'clientId', label: 'Client ID', help: "The custom connection's configuration at developer.xero.com" },
        {
          name: 'clientSecret',
          label: 'Client secret',
          help: "The custom connection's configuration at developer.xero.com",
          secret: true,
        },
      ],
      lifetime: { access: '30m' },
      deadGrant: [],
      identity: {
        get: '/api.xro/2.0/Organisation',
        id: 'Organisations.0.OrganisationID',
        name: 'Organisations.0.Name',
      },
    },
  ],
  scopes,
  identity: { get: '/api.xro/2.0/Organisation', id: { captured: 'tenantId' }, name: 'Organisations.0.Name' },
  calls: {
    // It answers in XML unless told. A custom connection has one organisation, which is not named.
    headers: { accept: 'application/json', 'xero-tenant-id': '{tenantId}' },
    errors: {
      code: ['ErrorNumber', 'Title', 'error'],
      meanings: { Unauthorized: 'dead-grant', '10': 'rejected' },
    },
  },
  // https://developer.xero.com/documentation/guides/oauth2/limits
  limits: [
    { kind: 'calls-per-window', per: 'connection', permits: 60, window: '1m' },
    { kind: 'calls-per-window', per: 'connection', permits: 5_000, window: '1d' },
    { kind: 'calls-per-window', per: 'app', permits: 10_000, window: '1m' },
    { kind: 'calls-at-once', per: 'connection', concurrent: 5 },
  ],
  models: { contacts, items, invoices, payments, prepayments, overpayments },
  webhooks,
} satisfies ProviderDefinition
