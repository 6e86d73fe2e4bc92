import type { ModelDefinition } from '../../../schema/models.ts'
import { addressFields, lookupBy, objectModel } from '../calls.ts'

export const accounts = {
  collection: 'companies',
  summary: 'Accounts of the organisation',
  docs: 'https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_account.htm',
  lookup: lookupBy('Account', { displayName: 'Name' }),
  ...objectModel('Account', [
    ['displayName', 'Name'],
    ['phone', 'Phone'],
    ['website', 'Website'],
    ['notes', 'Description'],
    ...addressFields('address', 'Billing'),
    ...addressFields('shippingAddress', 'Shipping'),
  ]),
} satisfies ModelDefinition
