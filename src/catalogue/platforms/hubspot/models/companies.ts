import type { ModelDefinition } from '../../../schema/models.ts'
import { lookupBySearch, objectModel } from '../calls.ts'

export const companies = {
  collection: 'companies',
  summary: 'Companies of the account',
  docs: 'https://developers.hubspot.com/docs/api-reference/crm-companies-v3/guide',
  lookup: lookupBySearch('companies', 'website', 'website'),
  ...objectModel('companies', 'hs_lastmodifieddate', [
    ['displayName', 'properties.name'],
    ['phone', 'properties.phone'],
    ['website', 'properties.website'],
    ['notes', 'properties.description'],
    ['address.line1', 'properties.address'],
    ['address.line2', 'properties.address2'],
    ['address.city', 'properties.city'],
    ['address.region', 'properties.state'],
    ['address.postalCode', 'properties.zip'],
    ['address.country', 'properties.country'],
  ]),
} satisfies ModelDefinition
