import type { ModelDefinition } from '../../../schema/models.ts'
import { objectModel } from '../calls.ts'

export const deals = {
  collection: 'deals',
  summary: 'Deals of the account',
  docs: 'https://developers.hubspot.com/docs/api-reference/crm-deals-v3/guide',
  ...objectModel('deals', 'hs_lastmodifieddate', [
    ['name', 'properties.dealname'],
    ['amount', 'properties.amount', { transform: { kind: 'decimal', scale: 2, as: 'text' } }],
    ['currency', 'properties.deal_currency_code'],
    ['notes', 'properties.description'],
    ['stage', 'properties.dealstage'],
    ['pipeline', 'properties.pipeline'],
    // An instant, of which the hub has the day.
    ['closeDate', 'properties.closedate', { transform: { kind: 'date', format: 'iso' } }],
    // HubSpot works it out from the associations, which are made on their own.
    ['companyId', 'properties.hs_primary_associated_company', { reference: 'companies', only: 'read' }],
  ]),
} satisfies ModelDefinition
