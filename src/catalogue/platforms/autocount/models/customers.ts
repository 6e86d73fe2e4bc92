import type { ModelDefinition } from '../../../schema/models.ts'
import { callsOf, lookupBy, pages } from '../calls.ts'

const calls = callsOf('debtor', 'code')

/**
 * Debtors. Their listing has no times, and no filter: each run reads all of it. Assumed: a single one comes with small first letters, as
 * products do, where the listing has capitals.
 */
export const customers = {
  collection: 'customers',
  summary: 'Debtors; one that is deleted is made inactive',
  docs: 'https://accounting-api.autocountcloud.com/documentation/api-methods/debtor/update-debtor',
  id: 'accNo',
  // Both are required of an update.
  brings: { accNo: 'accNo', parentAccNo: 'parentAccNo' },
  list: {
    ...{ ...pages, path: '/debtor/listing', capitals: true },
    query: {
      activeOnly: 'false',
      // Only those come that are asked for.
      field: [
        ...['accNo', 'parentAccNo', 'companyName', 'currencyCode', 'isActive', 'emailAddress', 'phone1', 'webURL'],
        ...['note', 'taxRegisterNo', 'address', 'postCode', 'deliverAddress', 'deliverPostCode'],
      ],
    },
  },
  ...calls,
  create: { ...calls.create, constant: { creditTerm: '{creditTerm}', currencyCode: '{currency}' } },
  gone: [{ path: 'isActive', equals: false }],
  delete: { kind: 'mark', body: { isActive: false }, restore: { isActive: true } },
  lookup: lookupBy('debtor', 'code', 'code'),
  match: [['code'], ['taxNumber'], ['email']],
  asks: [
    {
      name: 'creditTerm',
      label: 'Credit term',
      help: 'The credit term of new debtors, as Master Data, Credit Term has it',
      pattern: '^[^{}]{1,30}$',
      default: 'C.O.D.',
    },
    {
      name: 'currency',
      label: 'Currency',
      help: 'The currency of new debtors that have none, as the book has it',
      pattern: '^[A-Z]{3}$',
      default: 'MYR',
    },
  ],
  fields: [
    // Without one it gets the next by the format of the settings.
    ['code', 'accNo', { only: 'create' }],
    ['displayName', 'companyName', { needed: true }],
    ['email', 'emailAddress'],
    ['phone', 'phone1'],
    ['website', 'webURL'],
    ['notes', 'note'],
    ['taxNumber', 'taxRegisterNo'],
    ['currency', 'currencyCode', { only: 'create' }],
    ['address.line1', 'address'],
    ['address.postalCode', 'postCode'],
    ['shippingAddress.line1', 'deliverAddress'],
    ['shippingAddress.postalCode', 'deliverPostCode'],
  ],
} satisfies ModelDefinition
