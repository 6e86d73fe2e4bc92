import type { ModelDefinition } from '../../../schema/models.ts'
import { addressFields, lookupBy, objectModel } from '../calls.ts'

export const leads = {
  collection: 'leads',
  summary: 'Leads of the organisation',
  docs: 'https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_lead.htm',
  lookup: lookupBy('Lead', { email: 'Email', familyName: 'LastName', companyName: 'Company' }),
  ...objectModel('Lead', [
    ['displayName', 'Name', { only: 'new' }],
    ['givenName', 'FirstName'],
    ['familyName', 'LastName'],
    ['companyName', 'Company'],
    ['email', 'Email'],
    ['phone', 'Phone'],
    ['website', 'Website'],
    ['notes', 'Description'],
    ['source', 'LeadSource'],
    ['status', 'Status'],
    ...addressFields('address', ''),
  ]),
} satisfies ModelDefinition
