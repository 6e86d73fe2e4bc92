import type { SandboxPlatform } from '../../platform.ts'
import { quickbooksClient } from '../../settings.ts'
import { handleQuickbooks } from './api.ts'
import { controls } from './controls.ts'
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
  tables: `
    CREATE TABLE IF NOT EXISTS companies (realm TEXT PRIMARY KEY, name TEXT NOT NULL, next_id INTEGER NOT NULL);
    CREATE TABLE IF NOT EXISTS customers (
      realm TEXT NOT NULL, id INTEGER NOT NULL, display_name TEXT NOT NULL COLLATE NOCASE, active INTEGER NOT NULL,
      deleted INTEGER NOT NULL DEFAULT 0, created_s INTEGER NOT NULL, updated_s INTEGER NOT NULL, body TEXT NOT NULL);
    CREATE UNIQUE INDEX IF NOT EXISTS customers_id ON customers (realm, id);
    CREATE INDEX IF NOT EXISTS customers_page ON customers (realm, deleted, active, id);
    CREATE INDEX IF NOT EXISTS customers_changed ON customers (realm, updated_s);
    CREATE UNIQUE INDEX IF NOT EXISTS customers_name ON customers (realm, display_name) WHERE deleted = 0;
    CREATE TABLE IF NOT EXISTS answered (realm TEXT, request_id TEXT, status INTEGER, body TEXT, PRIMARY KEY (realm, request_id));`,
}
