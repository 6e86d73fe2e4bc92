import type { SandboxPlatform } from '../../platform.ts'
import { tables } from './admin/bucket.ts'
import { handleShopify } from './api.ts'
import { fileHost, fileTables } from './bulk/files.ts'
import { controls } from './controls.ts'
import { oauth } from './oauth.ts'
import { webhooks } from './webhooks.ts'

/** https://shopify.dev/docs/api/admin-graphql#status_and_error_codes */
const graphqlError = (code: string, message: string) => ({ errors: [{ message, extensions: { code } }] })

const shop = { config: { shop: 'causeway' }, externalAccountId: 'causeway.myshopify.com' }

export const shopify: SandboxPlatform = {
  id: 'shopify',
  hosts: ['{shop}.myshopify.com', fileHost],
  oauth,
  apps: [{ clientId: 'sandbox-shopify', clientSecret: 'sandbox-shopify-secret', redirectUris: [] }],
  keys: { shpat_causewaySandboxToken: 'causeway.myshopify.com' },
  people: {
    oauth: shop,
    client: {
      ...shop,
      outlives: true,
      credentials: { clientId: 'sandbox-shopify', clientSecret: 'sandbox-shopify-secret' },
      wrongCredentials: { clientId: 'sandbox-shopify', clientSecret: 'another-secret' },
    },
    token: {
      ...shop,
      credentials: { apiKey: 'shpat_causewaySandboxToken' },
      wrongCredentials: { apiKey: 'shpat_causewayWrongToken' },
    },
  },
  errorsIn200: [
    { body: graphqlError('THROTTLED', 'Throttled'), code: 'THROTTLED', means: 'slow down' },
    {
      body: { ...graphqlError('ACCESS_DENIED', 'Access denied for customers field.'), data: { customers: null } },
      code: 'ACCESS_DENIED',
      means: 'refused',
    },
    { body: graphqlError('MAX_COST_EXCEEDED', 'Query cost is 2003.'), code: 'MAX_COST_EXCEEDED', means: 'refused' },
    { body: graphqlError('SHOP_INACTIVE', 'Shop is inactive'), code: 'SHOP_INACTIVE', means: 'try later' },
    {
      body: graphqlError('INTERNAL_SERVER_ERROR', 'Internal error. Looks like something went wrong on our end.'),
      code: 'INTERNAL_SERVER_ERROR',
      means: 'try later',
    },
  ],
  answer: handleShopify,
  webhooks,
  controls,
  tables: tables + fileTables,
  refusal: status =>
    status === 429
      ? { headers: { 'retry-after': '2.0' }, body: { errors: 'Exceeded 2 calls per second for api client.' } }
      : { body: { errors: status === 500 ? 'Internal Server Error' : 'Service Unavailable' } },
}
