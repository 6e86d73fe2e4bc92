import type { ModelDefinition } from '../../../schema/models.ts'
import { decimal, instant } from '../../read-fields.ts'

export const insights = {
  collection: 'metrics',
  kind: 'append',
  summary: 'One figure of the account by days',
  docs: 'https://developers.facebook.com/docs/instagram-platform/api-reference/instagram-user/insights',
  asks: [
    {
      name: 'metric',
      label: 'Metric',
      help: 'reach, or follower_count: those that come as a series of days',
      pattern: '^(reach|follower_count)$',
      default: 'reach',
    },
  ],
  id: 'end_time',
  list: {
    kind: 'link',
    path: '/me/insights',
    query: { metric: '{metric}', period: 'day' },
    page: 100,
    items: 'data[].values[]',
  },
  windows: { params: { since: '{from}', until: '{to}' }, format: 'unix-seconds', days: 30, reach: '365d', again: 3 },
  fields: [
    ['name', 'end_time', { only: 'read', transform: { kind: 'constant', value: '{metric}' } }],
    ['endsAt', 'end_time', instant],
    ['value', 'value', decimal],
  ],
} satisfies ModelDefinition
