import type { SandboxPlatform } from '../../platform.ts'
import { quickbooksClient } from '../../settings.ts'
import { handleQuickbooks } from './api.ts'
import { controls } from './controls.ts'
import { tables } from './entities.ts'
import { invalid, notFound, throttled } from './faults.ts'
import { oauth } from './oauth.ts'
import { webhooks } from './webhooks.ts'

export const quickbooks: SandboxPlatform = {
  id: 'quickbooks',
  hosts: [
    ...['appcenter.intuit.com', 'oauth.platform.intuit.com', 'developer.api.intuit.com'],
    ...['quickbooks.api.intuit.com', 'sandbox-quickbooks.api.intuit.com'],
  ],
  oauth,
  apps: [{ clientId: quickbooksClient.id, clientSecret: quickbooksClient.secret, redirectUris: [] }],
  people: { oauth: { externalAccountId: '9130357992221046' } },
  // https://developer.intuit.com/app/developer/qbo/docs/develop/troubleshooting/error-codes
  errorsIn200: [
    { body: JSON.parse(invalid('Property Name: x', 'x').body) as unknown, code: '2010', means: 'refused' },
    { body: JSON.parse(notFound().body) as unknown, code: '610', means: 'refused' },
  ],
  answer: handleQuickbooks,
  refusal: status =>
    status === 429
      ? { body: JSON.parse(throttled().body) as unknown }
      : { body: { message: status === 500 ? 'Internal server error' : 'Service unavailable' } },
  webhooks,
  controls,
  // An earlier version's file has its customers in a table of their own.
  tables: `${tables}
    CREATE TABLE IF NOT EXISTS customers (realm, id, display_name, active, deleted, created_s, updated_s, body);
    INSERT OR IGNORE INTO entities
      SELECT realm, 'Customer', id, 'person', display_name, active, deleted, created_s, updated_s, body FROM customers;
    DELETE FROM customers;`,
}
