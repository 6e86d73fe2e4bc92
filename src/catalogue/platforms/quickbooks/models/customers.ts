import type { ModelDefinition } from '../../../schema/models.ts'
import { callsOf, inactive } from '../calls.ts'

const calls = callsOf('Customer')
const address = [
  'address.line1',
  'address.line2',
  'address.city',
  'address.region',
  'address.postalCode',
  'address.country',
]

export const customers = {
  collection: 'customers',
  summary: 'Customers of the company',
  docs: 'https://developer.intuit.com/app/developer/qbo/docs/api/accounting/all-entities/customer',
  ...calls,
  update: { ...calls.update, follows: { 'BillAddr.Lat': address, 'BillAddr.Long': address } },
  // One that was merged away is `Deleted` in the change feed.
  gone: [
    { path: 'Active', equals: false },
    { path: 'status', equals: 'Deleted' },
  ],
  delete: inactive,
  fields: [
    ['displayName', 'DisplayName'],
    ['companyName', 'CompanyName'],
    ['givenName', 'GivenName'],
    ['familyName', 'FamilyName'],
    ['email', 'PrimaryEmailAddr.Address'],
    ['phone', 'PrimaryPhone.FreeFormNumber'],
    ['website', 'WebAddr.URI'],
    ['notes', 'Notes'],
    ['address.line1', 'BillAddr.Line1'],
    ['address.line2', 'BillAddr.Line2'],
    ['address.city', 'BillAddr.City'],
    ['address.region', 'BillAddr.CountrySubDivisionCode'],
    ['address.postalCode', 'BillAddr.PostalCode'],
    ['address.country', 'BillAddr.Country'],
    ['currency', 'CurrencyRef.value', { only: 'create' }],
    ['balance', 'Balance', { only: 'read', transform: { kind: 'decimal', scale: 2 } }],
  ],
} satisfies ModelDefinition
