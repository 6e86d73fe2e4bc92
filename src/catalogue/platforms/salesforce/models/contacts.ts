import type { ModelDefinition } from '../../../schema/models.ts'
import { addressFields, lookupBy, objectModel } from '../calls.ts'

export const contacts = {
  collection: 'contacts',
  summary: 'Contacts of the organisation',
  docs: 'https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_contact.htm',
  lookup: lookupBy('Contact', { email: 'Email' }),
  ...objectModel('Contact', [
    // Salesforce joins it of the others: what another platform calls the person stays.
    ['displayName', 'Name', { only: 'new' }],
    ['givenName', 'FirstName'],
    ['familyName', 'LastName'],
    ['email', 'Email'],
    ['phone', 'Phone'],
    ['jobTitle', 'Title'],
    ['notes', 'Description'],
    ...addressFields('address', 'Mailing'),
    ['companyId', 'AccountId', { reference: 'accounts' }],
  ]),
} satisfies ModelDefinition
