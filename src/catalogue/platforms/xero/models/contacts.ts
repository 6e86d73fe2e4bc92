import type { ModelDefinition } from '../../../schema/models.ts'
import { callsOf, modifiedSince, namedOf, pagesOf } from '../calls.ts'

const calls = callsOf('Contacts', 'ContactID')
const phone = 'Phones.[PhoneType=DEFAULT]'

export const contacts = {
  collection: 'customers',
  summary: 'Contacts: customers and suppliers',
  docs: 'https://developer.xero.com/documentation/api/accounting/contacts',
  ...calls,
  update: {
    ...calls.update,
    replaced: ['Phones', 'Addresses'],
    // A number that the hub tells is a whole one.
    follows: { [`${phone}.PhoneAreaCode`]: ['phone'], [`${phone}.PhoneCountryCode`]: ['phone'] },
  },
  // One that was merged into another is archived.
  gone: [
    { path: 'ContactStatus', equals: 'ARCHIVED' },
    { path: 'ContactStatus', equals: 'GDPRREQUEST' },
  ],
  list: pagesOf('Contacts', 'ContactID', { includeArchived: 'true' }),
  readMany: namedOf('Contacts', { includeArchived: 'true' }),
  changedSince: modifiedSince(true),
  delete: { kind: 'mark', body: { ContactStatus: 'ARCHIVED' }, restore: { ContactStatus: 'ACTIVE' } },
  fields: [
    ['displayName', 'Name'],
    ['givenName', 'FirstName'],
    ['familyName', 'LastName'],
    ['email', 'EmailAddress'],
    ['phone', `${phone}.PhoneNumber`],
    ['website', 'Website', { only: 'read' }],
    ['taxNumber', 'TaxNumber'],
    ['currency', 'DefaultCurrency'],
    ['address.line1', 'Addresses.[AddressType=POBOX].AddressLine1'],
    ['address.line2', 'Addresses.[AddressType=POBOX].AddressLine2'],
    ['address.city', 'Addresses.[AddressType=POBOX].City'],
    ['address.region', 'Addresses.[AddressType=POBOX].Region'],
    ['address.postalCode', 'Addresses.[AddressType=POBOX].PostalCode'],
    ['address.country', 'Addresses.[AddressType=POBOX].Country'],
    ['shippingAddress.line1', 'Addresses.[AddressType=STREET].AddressLine1'],
    ['shippingAddress.line2', 'Addresses.[AddressType=STREET].AddressLine2'],
    ['shippingAddress.city', 'Addresses.[AddressType=STREET].City'],
    ['shippingAddress.region', 'Addresses.[AddressType=STREET].Region'],
    ['shippingAddress.postalCode', 'Addresses.[AddressType=STREET].PostalCode'],
    ['shippingAddress.country', 'Addresses.[AddressType=STREET].Country'],
  ],
} satisfies ModelDefinition
