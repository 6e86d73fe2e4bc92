import type { SandboxPlatform } from '../../platform.ts'
import { stripeKey } from '../../settings.ts'
import { handleStripe } from './api.ts'
import { connect, connectClient } from './connect.ts'
import { tables } from './store.ts'
import { webhooks } from './webhooks.ts'

export const stripe: SandboxPlatform = {
  id: 'stripe',
  hosts: ['api.stripe.com', 'connect.stripe.com'],
  oauth: connect,
  apps: [{ clientId: connectClient.id, clientSecret: connectClient.secret, redirectUris: [] }],
  keys: settings => settings.stripeKeys,
  people: {
    key: {
      credentials: { apiKey: stripeKey },
      wrongCredentials: { apiKey: 'sk_test_thisKeyIsNotRight0' },
      externalAccountId: 'acct_1SandboxOne',
    },
    connect: { externalAccountId: 'acct_1SandboxThree' },
  },
  answer: handleStripe,
  refusal(status) {
    const message = { 429: 'Too many requests', 500: 'Internal server error', 503: 'Service unavailable' }[status]
    return { body: { error: { type: status === 429 ? 'rate_limit_error' : 'api_error', message } } }
  },
  webhooks,
  tables,
}
