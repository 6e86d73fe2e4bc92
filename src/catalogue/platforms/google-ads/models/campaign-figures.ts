import type { ModelDefinition } from '../../../schema/models.ts'
import { date, decimal, read } from '../../read-fields.ts'

/** Figures move as conversions come in. Days are those of the account. */
export const campaignFigures = {
  collection: 'metrics',
  kind: 'append',
  summary: 'How each campaign did on each day',
  docs: 'https://developers.google.com/google-ads/api/docs/reporting/overview',
  id: 'campaign.id',
  idWith: ['segments.date'],
  list: {
    kind: 'cursor',
    path: '/v26/customers/{customerId}/googleAds:search',
    body: {},
    // Always so many: saying so is refused.
    page: 10_000,
    param: 'pageToken',
    items: 'results',
    absent: 'empty',
    next: { from: 'path', path: 'nextPageToken' },
    end: 'no-cursor',
  },
  windows: {
    params: {
      query:
        'SELECT campaign.id, campaign.name, customer.currency_code, segments.date, metrics.impressions, metrics.clicks, ' +
        'metrics.cost_micros, metrics.conversions FROM campaign ' +
        "WHERE segments.date BETWEEN '{from}' AND '{to}' ORDER BY segments.date",
    },
    format: 'date',
    days: 90,
    reach: '730d',
    again: 30,
  },
  fields: [
    ['name', 'campaign.name', read],
    ['date', 'segments.date', date],
    ['currency', 'customer.currencyCode', read],
    ['dimensions.campaign', 'campaign.id', read],
    ['figures.impressions', 'metrics.impressions', decimal],
    ['figures.clicks', 'metrics.clicks', decimal],
    ['figures.costMicros', 'metrics.costMicros', decimal],
    ['figures.conversions', 'metrics.conversions', decimal],
  ],
} satisfies ModelDefinition
