import type { SandboxPlatform } from '../../platform.ts'
import { handleXero } from './api.ts'
import { controls } from './controls.ts'
import { tables } from './entities.ts'
import { customClient, oauth } from './oauth.ts'
import { webhooks } from './webhooks.ts'

const externalAccountId = '70784a63-d24b-46a9-a4db-0e70a274b056'

export const xero: SandboxPlatform = {
  id: 'xero',
  hosts: ['login.xero.com', 'identity.xero.com', 'api.xero.com'],
  oauth,
  apps: [
    { clientId: 'SANDBOXXERO000000000000000000000', clientSecret: 'sandbox-xero-secret_1', redirectUris: [] },
    { clientId: customClient.id, clientSecret: customClient.secret, redirectUris: [] },
  ],
  people: {
    oauth: { externalAccountId },
    'custom-connection': {
      outlives: true,
      credentials: { clientId: customClient.id, clientSecret: customClient.secret },
      wrongCredentials: { clientId: customClient.id, clientSecret: 'another-secret' },
      externalAccountId,
    },
  },
  answer: handleXero,
  webhooks,
  controls,
  tables,
  refusal: status =>
    status === 429
      ? { headers: { 'retry-after': '1', 'x-rate-limit-problem': 'minute' }, body: {} }
      : { body: { Type: null, Title: 'An error occurred', Status: status, Detail: 'An error occurred in Xero.' } },
}
