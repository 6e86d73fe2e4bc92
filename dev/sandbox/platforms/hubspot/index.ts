import { randomUUID } from 'node:crypto'
import type { SandboxPlatform } from '../../platform.ts'
import { handleHubspot } from './api.ts'
import { controls } from './controls.ts'
import { oauth } from './oauth.ts'
import { tables } from './objects.ts'
import { webhooks } from './webhooks.ts'

export const hubspot: SandboxPlatform = {
  id: 'hubspot',
  hosts: ['app.hubspot.com', 'api.hubapi.com'],
  oauth,
  apps: [{ clientId: 'sandbox-hubspot', clientSecret: 'sandbox-hubspot-secret', redirectUris: [] }],
  keys: { 'pat-eu1-00000000-1111-2222-3333-444444444444': '62515' },
  people: {
    oauth: { externalAccountId: '62515' },
    'private-app': {
      credentials: { apiKey: 'pat-eu1-00000000-1111-2222-3333-444444444444' },
      wrongCredentials: { apiKey: 'pat-eu1-00000000-1111-2222-3333-555555555555' },
      externalAccountId: '62515',
    },
  },
  answer: handleHubspot,
  webhooks,
  controls,
  tables,
  refusal(status) {
    const [category, message] =
      status === 429 ? ['RATE_LIMITS', 'You have reached your secondly limit.'] : ['INTERNAL_ERROR', 'internal error']
    return {
      body: { status: 'error', message, category, correlationId: randomUUID(), policyName: 'SECONDLY' },
    }
  },
}
