import { conform } from './suite.ts'

await conform([
  ...[
    'quickbooks',
    'stripe',
    'shopify',
    'salesforce',
    'hubspot',
    'xero',
    'sql-accounting',
    'autocount',
    'generic-http',
  ],
])
