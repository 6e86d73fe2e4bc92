import type { ProviderDefinition } from '../../schema/definition.ts'
import { customers } from './models/customers.ts'
import { invoices } from './models/invoices.ts'
import { products } from './models/products.ts'

/**
 * AutoCount Cloud Accounting's integration API (https://accounting-api.autocountcloud.com/documentation/). Assumed: a wrong key is
 * answered 401 with `{ statusCode, message }`, as its pages show for other errors.
 */
export const autocount = {
  id: 'autocount',
  name: 'AutoCount Cloud Accounting',
  docs: 'https://accounting-api.autocountcloud.com/documentation/',
  category: 'accounting',
  capabilities: ['customers', 'invoices', 'payments', 'products', 'inventory'],
  links: {
    app: 'https://accounting-api.autocountcloud.com/documentation/',
    guide: 'https://accounting-api.autocountcloud.com/documentation/',
  },
  environments: { production: { api: 'https://accounting-api.autocountcloud.com/{bookId}' } },
  auth: [
    {
      kind: 'api_key',
      id: 'key',
      ask: [
        {
          name: 'bookId',
          label: 'Account book ID',
          help: 'The number of the account book, in the address of the program',
          pattern: '^[0-9]{1,12}$',
        },
      ],
      label: 'API key',
      help: 'Settings, API Keys',
      fields: [
        { name: 'apiKey', label: 'API key', help: 'Settings, API Keys, API Key', secret: true },
        { name: 'keyId', label: 'Key ID', help: 'Settings, API Keys, Key ID' },
      ],
      placement: [
        { in: 'header', name: 'api-key', value: '{apiKey}' },
        { in: 'header', name: 'key-id', value: '{keyId}' },
      ],
    },
  ],
  scopes: {},
  // https://cloudacc-integration-api-docs.netlify.app/api-methods/creditor/get-creditor-listing
  identity: { get: '/creditor/listing', query: { page: 1 }, id: { captured: 'bookId' } },
  // It has no codes of its own but the status.
  calls: { errors: { code: 'statusCode', message: 'message' } },
  // The headers of https://accounting-api.autocountcloud.com/documentation/api-methods/invoice/create-invoice: a hundred in a minute.
  limits: [{ kind: 'calls-per-window', per: 'connection', permits: 100, window: '1m' }],
  models: { customers, products, invoices },
} satisfies ProviderDefinition
