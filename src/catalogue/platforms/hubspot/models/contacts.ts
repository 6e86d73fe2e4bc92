import type { ModelDefinition } from '../../../schema/models.ts'
import { lookupByUnique, objectModel } from '../calls.ts'

export const contacts = {
  collection: 'contacts',
  summary: 'Contacts of the account',
  docs: 'https://developers.hubspot.com/docs/api-reference/crm-contacts-v3/guide',
  lookup: lookupByUnique('contacts', 'email', 'email'),
  ...objectModel('contacts', 'lastmodifieddate', [
    // A contact has no name of its own: what another platform calls the person stays.
    [
      'displayName',
      ['properties.firstname', 'properties.lastname'],
      { transform: { kind: 'join', separator: ' ' }, only: 'new' },
    ],
    ['givenName', 'properties.firstname'],
    ['familyName', 'properties.lastname'],
    // HubSpot keeps it in small letters, and no two contacts have one.
    ['email', 'properties.email'],
    ['phone', 'properties.phone'],
    ['companyName', 'properties.company'],
    ['website', 'properties.website'],
    ['jobTitle', 'properties.jobtitle'],
    ['lifecycleStage', 'properties.lifecyclestage'],
    ['address.line1', 'properties.address'],
    ['address.city', 'properties.city'],
    ['address.region', 'properties.state'],
    ['address.postalCode', 'properties.zip'],
    ['address.country', 'properties.country'],
    // The primary company.
    ['companyId', 'properties.associatedcompanyid', { reference: 'companies' }],
  ]),
} satisfies ModelDefinition
