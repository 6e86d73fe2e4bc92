import type { ProviderDefinition } from '../../schema/definition.ts'
import { customers } from './models/customers.ts'
import { invoices } from './models/invoices.ts'
import { stockItems } from './models/stock-items.ts'

const server = String.raw`^[a-z0-9-]+(\.[a-z0-9-]+)*(:[0-9]{1,5})?$`
const sample = 'In the sample request: Tools, Maintain User, More, API Secret Key, Test Connection'

/**
 * The API of SQL Account, at the customer's own server or the vendor's. Published are the keys, AWS Signature v4 and the list of
 * agents (https://docs.sql.com.my/sqlacc/sql-account-api/setup-configuration). Assumed: a key that
 * is not good is answered 401, the list is at `/agent`, and what is signed for is as in the sample request that the program shows, which is why it is asked for.
 */
export const sqlAccounting = {
  id: 'sql-accounting',
  name: 'SQL Accounting',
  docs: 'https://docs.sql.com.my/sqlacc/sql-account-api/setup-configuration',
  category: 'accounting',
  capabilities: ['customers', 'invoices', 'payments', 'products'],
  links: {
    app: 'https://docs.sql.com.my/sqlacc/sql-account-api/generate-api-secret-key',
    guide: 'https://docs.sql.com.my/sqlacc/sql-account-api/setup-configuration',
  },
  environments: { 'self-hosted': { api: 'https://{host}' } },
  hostPatterns: { host: server },
  auth: [
    {
      kind: 'api_key',
      id: 'key',
      ask: [
        { name: 'host', label: 'Host', help: `${sample}: what follows https://`, pattern: server },
        {
          name: 'region',
          label: 'Region',
          help: `${sample}: what stands between the date and the service in Credential`,
          pattern: '^[A-Za-z0-9-]{1,50}$',
        },
        {
          name: 'service',
          label: 'Service',
          help: `${sample}: what stands before aws4_request in Credential`,
          pattern: '^[A-Za-z0-9-]{1,50}$',
        },
      ],
      label: 'API secret key',
      help: 'Tools, Maintain User, More, API Secret Key',
      fields: [
        { name: 'accessKey', label: 'Access key', help: 'Tools, Maintain User, More, API Secret Key' },
        {
          name: 'secretKey',
          label: 'Secret key',
          help: 'Shown once, when the key is generated: Tools, Maintain User, More, API Secret Key',
          secret: true,
        },
      ],
      placement: {
        in: 'aws-sigv4',
        accessKey: '{accessKey}',
        secretKey: '{secretKey}',
        region: '{region}',
        service: '{service}',
      },
    },
  ],
  scopes: {},
  identity: { get: '/agent', query: { limit: 1 }, id: { captured: 'host' } },
  // What an error looks like is not documented, but for the words of this one.
  calls: {
    errors: {
      code: ['error.code', 'code'],
      words: { 'changed by another user': 'stale', 'changed by other user': 'stale' },
    },
  },
  // None is documented; a company's own server bears little.
  limits: [
    { kind: 'calls-per-window', per: 'connection', permits: 120, window: '1m' },
    { kind: 'calls-at-once', per: 'connection', concurrent: 4 },
  ],
  models: { customers, 'stock-items': stockItems, invoices },
} satisfies ProviderDefinition
