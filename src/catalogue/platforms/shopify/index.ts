import type { ProviderDefinition } from '../../schema/definition.ts'
import { customers } from './models/customers.ts'
import { inventory } from './models/inventory.ts'
import { orders } from './models/orders.ts'
import { products } from './models/products.ts'
import { scopes } from './scopes.ts'
import { webhooks } from './webhooks.ts'

const shop = {
  name: 'shop',
  label: 'Shop',
  help: 'What stands before .myshopify.com in the address of the admin',
  pattern: '^[a-z0-9][a-z0-9-]{0,60}$',
}
const placement = { in: 'header', name: 'x-shopify-access-token' } as const

export const shopify = {
  id: 'shopify',
  name: 'Shopify',
  docs: 'https://shopify.dev/docs/api/admin-graphql',
  category: 'commerce',
  capabilities: ['products', 'orders', 'inventory', 'customers', 'pages'],
  links: {
    app: 'https://dev.shopify.com/dashboard',
    guide: 'https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/authorization-code-grant',
    status: 'https://www.shopifystatus.com',
  },
  // Each version lives for twelve months: https://shopify.dev/docs/api/usage/versioning
  environments: { production: { api: 'https://{shop}.myshopify.com/admin/api/2026-07' } },
  hostPatterns: { shop: shop.pattern },
  auth: [
    {
      kind: 'oauth2',
      id: 'oauth',
      ask: [shop],
      authorize: 'https://{shop}.myshopify.com/admin/oauth/authorize',
      token: 'https://{shop}.myshopify.com/admin/oauth/access_token',
      tokenBody: 'json',
      // https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/offline-access-tokens
      tokenParams: { expiring: '1' },
      clientAuth: 'body',
      pkce: false,
      scopeSeparator: ',',
      defaultScopes: ['read_products', 'read_orders', 'read_customers'],
      signedRedirect: { kind: 'hmac-sha256-hex', param: 'hmac' },
      placement,
      lifetime: { access: '1h', refresh: '90d' },
      refreshExpiresIn: 'refresh_token_expires_in',
      rotation: { reuseGrace: '1h' },
      // https://shopify.dev/api/examples/app-uninstall
      revoke: {
        kind: 'call',
        method: 'DELETE',
        url: 'https://{shop}.myshopify.com/admin/api_permissions/current.json',
        as: 'token',
      },
      deadGrant: ['invalid_grant', 'application_cannot_be_found'],
      badClient: ['invalid_client'],
    },
    {
      kind: 'client_credentials',
      id: 'client',
      ask: [shop],
      fields: [
        { name: 'clientId', label: 'Client ID', help: "The app's settings, in the Dev Dashboard" },
        { name: 'clientSecret', label: 'Secret', help: "The app's settings, in the Dev Dashboard", secret: true },
      ],
      // https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/client-credentials-grant
      token: 'https://{shop}.myshopify.com/admin/oauth/access_token',
      tokenBody: 'json',
      clientAuth: 'body',
      placement,
      lifetime: { access: '24h' },
      deadGrant: ['shop_not_permitted', 'app_not_installed'],
      badClient: ['invalid_client', 'application_cannot_be_found'],
    },
    {
      kind: 'api_key',
      id: 'token',
      ask: [shop],
      label: 'Admin API access token',
      pattern: '^shp(at|ca|pa)_[A-Za-z0-9]{10,}$',
      help: "The app's API credentials, in the admin under Settings, Apps and sales channels, Develop apps",
      placement,
    },
  ],
  scopes,
  identity: {
    get: '/graphql.json',
    document: '{ shop { id name myshopifyDomain } }',
    id: 'data.shop.myshopifyDomain',
    name: 'data.shop.name',
  },
  calls: {
    errors: {
      code: ['errors.0.extensions.code', 'error'],
      inside200: 'errors',
      meanings: {
        THROTTLED: 'rate-limited',
        ACCESS_DENIED: 'rejected',
        MAX_COST_EXCEEDED: 'rejected',
        SHOP_INACTIVE: 'unavailable',
        INTERNAL_SERVER_ERROR: 'unavailable',
      },
    },
  },
  // https://shopify.dev/docs/api/usage/limits
  limits: [
    {
      kind: 'cost',
      per: 'connection',
      capacity: 2000,
      restoresPerSecond: 100,
      expected: 50,
      told: {
        actual: 'extensions.cost.actualQueryCost',
        requested: 'extensions.cost.requestedQueryCost',
        available: 'extensions.cost.throttleStatus.currentlyAvailable',
        capacity: 'extensions.cost.throttleStatus.maximumAvailable',
        restoresPerSecond: 'extensions.cost.throttleStatus.restoreRate',
      },
    },
  ],
  models: { customers, products, orders, inventory },
  webhooks,
} satisfies ProviderDefinition
