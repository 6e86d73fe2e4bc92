import type { ModelDefinition } from '../../../schema/models.ts'
import { decimal, money, read } from '../../read-fields.ts'

export const campaignFigures = {
  collection: 'metrics',
  kind: 'append',
  summary: 'How each campaign did on each day',
  docs: 'https://business-api.tiktok.com/portal/docs?id=1740302848100353',
  asks: [
    {
      name: 'advertiser',
      label: 'Advertiser ID',
      help: 'TikTok Ads Manager, beside the name of the account',
      pattern: '^[0-9]{5,25}$',
    },
  ],
  id: 'dimensions.campaign_id',
  idWith: ['dimensions.stat_time_day'],
  list: {
    kind: 'page',
    path: '/report/integrated/get/',
    query: {
      advertiser_id: '{advertiser}',
      report_type: 'BASIC',
      data_level: 'AUCTION_CAMPAIGN',
      dimensions: '["campaign_id","stat_time_day"]',
      metrics: '["campaign_name","spend","impressions","clicks","conversion"]',
    },
    page: 1000,
    param: 'page',
    limitParam: 'page_size',
    first: 1,
    items: 'data.list',
    end: { last: 'data.page_info.total_page' },
  },
  windows: { params: { start_date: '{from}', end_date: '{to}' }, format: 'date', days: 30, reach: '365d', again: 14 },
  fields: [
    ['name', 'metrics.campaign_name', read],
    ['startsAt', 'dimensions.stat_time_day', { only: 'read', transform: { kind: 'instant', format: 'iso' } }],
    ['dimensions.campaign', 'dimensions.campaign_id', read],
    ['figures.spend', 'metrics.spend', money],
    ['figures.impressions', 'metrics.impressions', decimal],
    ['figures.clicks', 'metrics.clicks', decimal],
    ['figures.conversions', 'metrics.conversion', decimal],
  ],
} satisfies ModelDefinition
