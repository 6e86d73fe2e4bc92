import type { SandboxPlatform } from '../../platform.ts'
import { sendJson } from '../../http.ts'
import { answerShop } from './api.ts'
import { answerConsent } from './consent.ts'
import { knownKey, secretOf } from './keys.ts'
import { webhooks } from './webhooks.ts'

/** A shop on a server of its own, wherever that is. */
export const woocommerce: SandboxPlatform = {
  id: 'woocommerce',
  hosts: ['{host}'],
  keys: { [knownKey]: 'shop.example.com' },
  people: {
    connect: { config: { shop: 'shop.example.com' }, externalAccountId: 'shop.example.com' },
    keys: {
      config: { shop: 'shop.example.com' },
      credentials: { consumerKey: knownKey, consumerSecret: secretOf(knownKey) },
      wrongCredentials: { consumerKey: knownKey, consumerSecret: `cs_${'0'.repeat(40)}` },
      externalAccountId: 'shop.example.com',
    },
  },
  answer(exchange, tools) {
    if (exchange.path === '/wc-auth/v1/authorize') return answerConsent(exchange, tools)
    if (exchange.path.startsWith('/wp-json/wc/v3')) return answerShop(exchange, tools)
    // Without permalinks there is no REST API; with them this is what WordPress says.
    const message = 'No route was found matching the URL and request method.'
    sendJson(exchange.res, 404, { code: 'rest_no_route', message, data: { status: 404 } })
  },
  webhooks,
  refusal: status => ({ body: { code: 'internal_server_error', message: 'Try later', data: { status } } }),
}
