import type { SandboxPlatform } from '../../platform.ts'
import { handleSalesforce } from './api.ts'
import { controls } from './controls.ts'
import { instance, oauth, organization } from './oauth.ts'
import { tables } from './rows.ts'
import { webhooks } from './webhooks.ts'

const externalAccountId = organization
const config = { domain: instance }

export const salesforce: SandboxPlatform = {
  id: 'salesforce',
  hosts: [
    ...['login.salesforce.com', 'test.salesforce.com', '{domain}.my.salesforce.com'],
    ...['{domain}.sandbox.my.salesforce.com'],
  ],
  oauth,
  apps: [{ clientId: 'sandbox-salesforce', clientSecret: 'sandbox-salesforce-secret', redirectUris: [] }],
  people: {
    oauth: { externalAccountId },
    'oauth-sandbox': { externalAccountId },
    'oauth-domain': { config, externalAccountId },
    client: {
      config,
      outlives: true,
      credentials: { clientId: 'sandbox-salesforce', clientSecret: 'sandbox-salesforce-secret' },
      wrongCredentials: { clientId: 'sandbox-salesforce', clientSecret: 'another-secret' },
      externalAccountId,
    },
  },
  answer: handleSalesforce,
  refusal: status =>
    status === 429
      ? { status: 403, body: [{ message: 'TotalRequests Limit exceeded.', errorCode: 'REQUEST_LIMIT_EXCEEDED' }] }
      : { body: [{ message: 'The server is temporarily unavailable', errorCode: 'SERVER_UNAVAILABLE' }] },
  webhooks,
  controls,
  tables,
}
