import type { ModelDefinition } from '../../../schema/models.ts'
import { decimal, money, read } from '../../read-fields.ts'

const fields = [
  ...['dateRange', 'pivotValues', 'impressions', 'clicks', 'costInLocalCurrency', 'externalWebsiteConversions'],
  ...['likes', 'comments', 'shares'],
].join(',')

/**
 * Figures move as conversions come in. An answer has no pages and 15,000 rows at most: two weeks are that much of a thousand
 * campaigns. Parts of dates have names of their own in the first version of the protocol, and signs in the second.
 */
export const campaignFigures = {
  collection: 'metrics',
  kind: 'append',
  summary: 'How each campaign of an ad account did on each day; it needs the scope r_ads_reporting',
  docs: 'https://learn.microsoft.com/en-us/linkedin/marketing/integrations/ads-reporting/ads-reporting',
  asks: [
    {
      name: 'account',
      label: 'Ad account',
      help: 'Its number: Campaign Manager, below the name of the account',
      pattern: '^[0-9]{1,20}$',
    },
  ],
  id: 'pivotValues.0',
  idWith: ['dateRange.start.year', 'dateRange.start.month', 'dateRange.start.day'],
  list: {
    kind: 'link',
    path: '/rest/adAnalytics',
    query: {
      ...{ q: 'analytics', pivot: 'CAMPAIGN', timeGranularity: 'DAILY', fields },
      'accounts[0]': 'urn:li:sponsoredAccount:{account}',
    },
    headers: { 'x-restli-protocol-version': '1.0.0' },
    page: 10_000,
    items: 'elements',
  },
  windows: {
    params: {
      ...{ 'dateRange.start.year': '{fromYear}', 'dateRange.start.month': '{fromMonth}' },
      ...{ 'dateRange.start.day': '{fromDay}', 'dateRange.end.year': '{toYear}' },
      ...{ 'dateRange.end.month': '{toMonth}', 'dateRange.end.day': '{toDay}' },
    },
    format: 'date',
    days: 14,
    reach: '365d',
    again: 30,
  },
  fields: [
    ['name', 'pivotValues.0', read],
    ['date', 'dateRange.start', { only: 'read', transform: { kind: 'date', format: 'parts' } }],
    ['account', 'pivotValues.0', { only: 'read', transform: { kind: 'constant', value: '{account}' } }],
    ['dimensions.campaign', 'pivotValues.0', read],
    ['figures.impressions', 'impressions', decimal],
    ['figures.clicks', 'clicks', decimal],
    ['figures.spend', 'costInLocalCurrency', money],
    ['figures.conversions', 'externalWebsiteConversions', decimal],
    ['figures.likes', 'likes', decimal],
    ['figures.comments', 'comments', decimal],
    ['figures.shares', 'shares', decimal],
  ],
} satisfies ModelDefinition
