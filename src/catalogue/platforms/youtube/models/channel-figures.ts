import type { ModelDefinition } from '../../../schema/models.ts'
import { date, decimal } from '../../read-fields.ts'

const metrics = ['views', 'likes', 'comments', 'shares', 'estimatedMinutesWatched', 'subscribersGained']

/** Each row is a list, in the order of what was asked for. */
export const channelFigures = {
  collection: 'metrics',
  kind: 'append',
  summary: 'How the channel did on each day; it needs the scope of reports on views',
  docs: 'https://developers.google.com/youtube/analytics/reference/reports/query',
  id: '0',
  list: {
    kind: 'link',
    host: 'analytics',
    path: '/v2/reports',
    query: { ids: 'channel==MINE', metrics: metrics.join(','), dimensions: 'day', sort: 'day' },
    page: 400,
    items: 'rows',
    absent: 'empty',
  },
  windows: { params: { startDate: '{from}', endDate: '{to}' }, format: 'date', days: 366, reach: '730d', again: 7 },
  fields: [
    ['name', '0', { only: 'read', transform: { kind: 'constant', value: 'channel' } }],
    ['date', '0', date],
    ['figures.views', '1', decimal],
    ['figures.likes', '2', decimal],
    ['figures.comments', '3', decimal],
    ['figures.shares', '4', decimal],
    ['figures.minutesWatched', '5', decimal],
    ['figures.subscribersGained', '6', decimal],
  ],
} satisfies ModelDefinition
