import type { ModelDefinition } from '../../../schema/models.ts'
import { fileOf, foundBy, namedOf, pagesOf, readOf, updatedSince } from '../calls.ts'

const members =
  'id firstName lastName note updatedAt defaultEmailAddress { emailAddress } defaultPhoneNumber { phoneNumber } ' +
  'defaultAddress { address1 address2 city provinceCode zip countryCodeV2 company }'
const list = pagesOf('customers', members, 100, 402)
const set = (variables: string, args: string) =>
  `mutation (${variables}) { customerSet(${args}) { customer { ${members} } userErrors { code field message } } }`
const faults = { list: 'data.customerSet.userErrors', code: 'code' }

/**
 * Customers of the shop. Their filter by time matches whole days: more comes than has changed, which is seen to be known. A list of
 * addresses would take the place of the one that there is, so an address is told with a new customer alone.
 */
export const customers = {
  collection: 'customers',
  summary: 'Customers of the shop; one who has ordered cannot be deleted',
  docs: 'https://shopify.dev/docs/api/admin-graphql/latest/objects/Customer',
  id: 'id',
  updatedAt: { path: 'updatedAt', format: 'iso' },
  list,
  export: fileOf('customers', members),
  changedSince: updatedSince(list),
  read: readOf('customer', members),
  readMany: namedOf('Customer', members, 100, 402),
  create: {
    kind: 'graphql',
    path: '/graphql.json',
    document: set('$input: CustomerSetInput!', 'input: $input'),
    input: 'input',
    item: 'data.customerSet.customer',
    faults,
  },
  update: {
    kind: 'graphql',
    path: '/graphql.json',
    document: set(
      '$identifier: CustomerSetIdentifiers!, $input: CustomerSetInput!',
      'identifier: $identifier, input: $input',
    ),
    id: 'identifier.id',
    input: 'input',
    item: 'data.customerSet.customer',
    faults,
    cleared: null,
  },
  delete: {
    kind: 'graphql',
    path: '/graphql.json',
    document:
      'mutation ($input: CustomerDeleteInput!) { customerDelete(input: $input) { deletedCustomerId userErrors { field message } } }',
    id: 'input.id',
    faults: { list: 'data.customerDelete.userErrors', code: 'message' },
  },
  lookup: foundBy('customers', members, 'email'),
  match: [['email'], ['phone']],
  errors: { duplicate: ['TAKEN'], missing: ['NOT_FOUND'] },
  // No display name: what is made of the two names here would rename a customer whom another platform's books call otherwise.
  fields: [
    ['givenName', 'firstName'],
    ['familyName', 'lastName'],
    ['email', 'defaultEmailAddress.emailAddress', { written: 'email' }],
    ['phone', 'defaultPhoneNumber.phoneNumber', { written: 'phone' }],
    ['notes', 'note'],
    ['companyName', 'defaultAddress.company', { only: 'create', written: 'addresses.0.company' }],
    ['address.line1', 'defaultAddress.address1', { only: 'create', written: 'addresses.0.address1' }],
    ['address.line2', 'defaultAddress.address2', { only: 'create', written: 'addresses.0.address2' }],
    ['address.city', 'defaultAddress.city', { only: 'create', written: 'addresses.0.city' }],
    ['address.region', 'defaultAddress.provinceCode', { only: 'create', written: 'addresses.0.provinceCode' }],
    ['address.postalCode', 'defaultAddress.zip', { only: 'create', written: 'addresses.0.zip' }],
    ['address.country', 'defaultAddress.countryCodeV2', { only: 'create', written: 'addresses.0.countryCode' }],
  ],
} satisfies ModelDefinition
