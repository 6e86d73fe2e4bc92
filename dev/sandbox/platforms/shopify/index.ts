import type { SandboxPlatform } from '../../platform.ts'
import { handleShopify } from './api.ts'
import { oauth } from './oauth.ts'

const shop = { config: { shop: 'causeway' }, externalAccountId: 'causeway.myshopify.com' }

export const shopify: SandboxPlatform = {
  id: 'shopify',
  hosts: ['{shop}.myshopify.com'],
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
  answer: handleShopify,
  refusal: status =>
    status === 429
      ? { headers: { 'retry-after': '2.0' }, body: { errors: 'Exceeded 2 calls per second for api client.' } }
      : { body: { errors: status === 500 ? 'Internal Server Error' : 'Service Unavailable' } },
}
