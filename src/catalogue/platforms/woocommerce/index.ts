import type { ProviderDefinition } from '../../schema/definition.ts'
import { customers } from './models/customers.ts'
import { orders } from './models/orders.ts'
import { products } from './models/products.ts'
import { webhooks } from './webhooks.ts'

const shop = {
  name: 'shop',
  label: 'Address of the shop',
  help: 'Such as shop.example.com, without https://',
  pattern: '^[a-z0-9-]+(\\.[a-z0-9-]+)+$',
}

export const woocommerce = {
  id: 'woocommerce',
  name: 'WooCommerce',
  docs: 'https://woocommerce.github.io/woocommerce-rest-api-docs',
  category: 'commerce',
  capabilities: ['products', 'orders', 'inventory', 'customers'],
  links: {
    app: 'https://woocommerce.com/document/woocommerce-rest-api/',
    guide: 'https://developer.woocommerce.com/docs/apis/rest-api/authentication',
  },
  environments: { production: { api: 'https://{shop}/wp-json/wc/v3' } },
  hostPatterns: { shop: shop.pattern },
  auth: [
    {
      // https://developer.woocommerce.com/docs/apis/rest-api/authentication
      kind: 'key_delivery',
      id: 'connect',
      ask: [shop],
      authorize: 'https://{shop}/wc-auth/v1/authorize',
      authorizeParams: { app_name: 'Causeway', scope: 'read_write' },
      stateParam: 'user_id',
      returnParam: 'return_url',
      deliverParam: 'callback_url',
      refused: { param: 'success', equals: '0' },
      delivery: { state: 'user_id', fields: { consumerKey: 'consumer_key', consumerSecret: 'consumer_secret' } },
      placement: { in: 'basic', user: '{consumerKey}', password: '{consumerSecret}' },
    },
    {
      kind: 'api_key',
      id: 'keys',
      label: 'REST API key',
      help: 'WordPress, WooCommerce, Settings, Advanced, REST API, Add key',
      ask: [shop],
      fields: [
        {
          name: 'consumerKey',
          label: 'Consumer key',
          help: 'Shown when the key is made',
          pattern: '^ck_[0-9a-f]{40}$',
          secret: true,
        },
        {
          name: 'consumerSecret',
          label: 'Consumer secret',
          help: 'Shown once, when the key is made',
          pattern: '^cs_[0-9a-f]{40}$',
          secret: true,
        },
      ],
      placement: { in: 'basic', user: '{consumerKey}', password: '{consumerSecret}' },
    },
  ],
  // A key may read, or read and write.
  scopes: {},
  identity: {
    get: '/system_status',
    query: { _fields: 'environment' },
    id: { captured: 'shop' },
    name: 'environment.site_url',
  },
  calls: {
    errors: {
      code: 'code',
      meanings: {
        woocommerce_rest_authentication_error: 'dead-grant',
        woocommerce_rest_product_invalid_id: 'not-found',
        woocommerce_rest_shop_order_invalid_id: 'not-found',
        woocommerce_rest_customer_invalid_id: 'not-found',
        product_invalid_sku: 'duplicate',
      },
    },
  },
  // The shop's own server, which documents none: gently.
  limits: [{ kind: 'calls-at-once', per: 'connection', concurrent: 4 }],
  models: { products, orders, customers },
  webhooks,
} satisfies ProviderDefinition
