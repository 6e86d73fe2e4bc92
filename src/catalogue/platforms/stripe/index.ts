import type { ProviderDefinition } from '../../schema/definition.ts'
import { customers } from './models/customers.ts'
import { invoices } from './models/invoices.ts'
import { payments } from './models/payments.ts'
import { products } from './models/products.ts'
import { webhooks } from './webhooks.ts'

export const stripe = {
  id: 'stripe',
  name: 'Stripe',
  docs: 'https://docs.stripe.com/api',
  category: 'payments',
  capabilities: ['customers', 'payments', 'invoices', 'products', 'subscriptions'],
  links: {
    app: 'https://dashboard.stripe.com/apikeys',
    guide: 'https://docs.stripe.com/keys',
    status: 'https://status.stripe.com',
  },
  environments: { production: { api: 'https://api.stripe.com' } },
  auth: [
    {
      kind: 'api_key',
      id: 'key',
      label: 'Secret or restricted key',
      pattern: '^(sk|rk)_(test|live)_[A-Za-z0-9]{10,}$',
      help: 'Stripe Dashboard, Developers, API keys',
      placement: { in: 'bearer' },
    },
    {
      kind: 'oauth2',
      id: 'connect',
      // https://docs.stripe.com/connect/oauth-reference: the client's secret is the platform's own secret key.
      authorize: 'https://connect.stripe.com/oauth/authorize',
      token: 'https://connect.stripe.com/oauth/token',
      clientAuth: 'body',
      pkce: false,
      defaultScopes: ['read_write'],
      captureFromToken: { stripeUserId: 'stripe_user_id' },
      lifetime: {},
      revoke: {
        kind: 'call',
        method: 'POST',
        url: 'https://connect.stripe.com/oauth/deauthorize',
        as: 'client',
        body: 'form',
        params: { stripe_user_id: '{stripeUserId}' },
      },
      deadGrant: [],
    },
  ],
  scopes: {
    read_only: 'Read everything of the account',
    read_write: 'Read and change everything of the account, and take payments',
  },
  identity: { get: '/v1/account', id: 'id', name: 'settings.dashboard.display_name' },
  // What objects look like is said by the version: https://docs.stripe.com/api/versioning
  calls: { headers: { 'stripe-version': '2026-10-28.endive' }, errors: { code: 'error.code' } },
  limits: [{ kind: 'calls-per-window', per: 'connection', permits: 100, window: '1s' }],
  models: { customers, products, invoices, payments },
  webhooks,
} satisfies ProviderDefinition
