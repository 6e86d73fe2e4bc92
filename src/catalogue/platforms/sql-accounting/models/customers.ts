import type { ModelDefinition } from '../../../schema/models.ts'
import { callsOf, lookupBy } from '../calls.ts'

const made = { only: 'create' } as const

/**
 * Assumed: a new one without a code gets the program's next; `status` is `A` of those that are active and `I` of those that are not.
 * Its addresses are branches, of which `B` is the one that is billed.
 */
export const customers = {
  collection: 'customers',
  summary: 'Customers, with the billing branch; one that is deleted is made inactive',
  docs: 'https://www.sql.com.my/api/',
  id: 'code',
  listed: 'in-part',
  ...callsOf('customer'),
  gone: [{ path: 'status', equals: 'I' }],
  delete: { kind: 'mark', body: { status: 'I' }, restore: { status: 'A' } },
  lookup: lookupBy('customer', 'displayName', 'companyname'),
  match: [['code'], ['taxNumber'], ['email']],
  fields: [
    ['code', 'code', made],
    ['displayName', 'companyname', { needed: true }],
    ['taxNumber', 'tin'],
    // Four hyphens stand for the currency of the books.
    ['currency', 'currencycode', { ...made, nothing: '----' }],
    ['email', 'sdsbranch.[branchtype=B].email', made],
    ['phone', 'sdsbranch.[branchtype=B].phone1', made],
    ['address.line1', 'sdsbranch.[branchtype=B].address1', made],
    ['address.line2', 'sdsbranch.[branchtype=B].address2', made],
    ['address.city', 'sdsbranch.[branchtype=B].city', made],
    ['address.region', 'sdsbranch.[branchtype=B].state', made],
    ['address.postalCode', 'sdsbranch.[branchtype=B].postcode', made],
    ['address.country', 'sdsbranch.[branchtype=B].country', made],
  ],
} satisfies ModelDefinition
