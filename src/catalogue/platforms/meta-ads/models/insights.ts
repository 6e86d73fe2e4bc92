import type { ModelDefinition } from '../../../schema/models.ts'
import { date, decimal, money, read } from '../../read-fields.ts'

const fields = [
  ...['account_id', 'account_name', 'account_currency', 'campaign_id', 'campaign_name', 'adset_id', 'adset_name'],
  ...['ad_id', 'ad_name', 'impressions', 'reach', 'clicks', 'spend'],
].join(',')

/** Figures move for 28 days after theirs. They are kept for 37 months. */
export const insights = {
  collection: 'metrics',
  kind: 'append',
  summary: 'How each ad did on each day',
  docs: 'https://developers.facebook.com/docs/marketing-api/insights',
  id: 'ad_id',
  idWith: ['date_start'],
  list: {
    kind: 'address',
    path: '/{adAccountId}/insights',
    query: { level: 'ad', time_increment: '1', fields },
    page: 500,
    limitParam: 'limit',
    items: 'data',
    next: 'paging.next',
  },
  windows: {
    params: { time_range: '{"since":"{from}","until":"{to}"}' },
    format: 'date',
    days: 90,
    reach: '1095d',
    again: 28,
    // https://developers.facebook.com/docs/marketing-api/insights/error-codes: among others, that it took too long.
    tooLarge: ['100'],
  },
  fields: [
    ['name', 'ad_name', read],
    ['date', 'date_start', date],
    ['currency', 'account_currency', read],
    ['account', 'account_id', read],
    ['dimensions.campaign', 'campaign_name', read],
    ['dimensions.adSet', 'adset_name', read],
    ['dimensions.ad', 'ad_id', read],
    ['figures.impressions', 'impressions', decimal],
    ['figures.reach', 'reach', decimal],
    ['figures.clicks', 'clicks', decimal],
    ['figures.spend', 'spend', money],
  ],
} satisfies ModelDefinition
