import type { ProviderDefinition } from '../../schema/definition.ts'
import { transactions } from './models/transactions.ts'
import { webhooks } from './webhooks.ts'

/** The app is the merchant's own: https://developer.paypal.com/api/rest/authentication/ */
const client = {
  kind: 'client_credentials',
  clientAuth: 'basic-raw',
  fields: [
    {
      name: 'clientId',
      label: 'Client ID',
      help: 'PayPal Developer Dashboard, Apps & Credentials, the app',
      pattern: '^[A-Za-z0-9_-]{40,120}$',
    },
    {
      name: 'clientSecret',
      label: 'Secret',
      help: 'Beside the client ID, behind Show',
      pattern: '^[A-Za-z0-9_-]{40,120}$',
      secret: true,
    },
  ],
  lifetime: { access: '9h' },
  deadGrant: [],
} as const

export const paypal = {
  id: 'paypal',
  name: 'PayPal',
  docs: 'https://developer.paypal.com/api/rest',
  category: 'payments',
  capabilities: ['payments', 'orders', 'invoices', 'subscriptions', 'products'],
  links: {
    app: 'https://developer.paypal.com/dashboard/applications',
    guide: 'https://developer.paypal.com/api/rest/authentication/',
    status: 'https://www.paypal-status.com',
  },
  environments: {
    production: { api: 'https://api-m.paypal.com' },
    sandbox: { api: 'https://api-m.sandbox.paypal.com' },
  },
  auth: [
    {
      ...client,
      id: 'client',
      environments: ['production'],
      token: 'https://api-m.paypal.com/v1/oauth2/token',
      fields: [...client.fields],
      deadGrant: [],
    },
    {
      ...client,
      id: 'sandbox-client',
      environments: ['sandbox'],
      token: 'https://api-m.sandbox.paypal.com/v1/oauth2/token',
      fields: [...client.fields],
      deadGrant: [],
    },
  ],
  // What an app may do is ticked where it is registered.
  scopes: {},
  identity: {
    get: '/v1/identity/oauth2/userinfo',
    query: { schema: 'paypalv1.1' },
    id: 'payer_id',
    name: 'name',
  },
  // https://developer.paypal.com/api/rest/responses/
  calls: {
    errors: {
      code: ['name', 'error'],
      meanings: {
        invalid_token: 'dead-grant',
        RATE_LIMIT_REACHED: 'rate-limited',
        RESOURCE_NOT_FOUND: 'not-found',
        DUPLICATE_REQUEST_ID: 'duplicate',
        INTERNAL_SERVER_ERROR: 'unavailable',
        SERVICE_UNAVAILABLE: 'unavailable',
      },
    },
  },
  // It publishes no number: https://developer.paypal.com/api/rate-limiting
  limits: [{ kind: 'calls-per-window', per: 'connection', permits: 30, window: '1s' }],
  models: { transactions },
  webhooks,
} satisfies ProviderDefinition
