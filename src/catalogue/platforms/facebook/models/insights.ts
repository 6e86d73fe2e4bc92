import type { ModelDefinition } from '../../../schema/models.ts'
import { decimal, instant } from '../../read-fields.ts'

export const insights = {
  collection: 'metrics',
  kind: 'append',
  summary: 'One figure of a page by days',
  docs: 'https://developers.facebook.com/docs/graph-api/reference/insights',
  asks: [
    {
      name: 'metric',
      label: 'Metric',
      help: 'Such as page_post_engagements: those of the reference that have the period day',
      pattern: '^page_[a-z_]{1,80}$',
    },
  ],
  id: 'end_time',
  // One answer for each window: the address of a next page that it has is of the time after it.
  list: {
    kind: 'link',
    path: '/{pageId}/insights',
    query: { metric: '{metric}', period: 'day' },
    page: 100,
    items: 'data[].values[]',
  },
  windows: { params: { since: '{from}', until: '{to}' }, format: 'unix-seconds', days: 90, reach: '730d', again: 7 },
  fields: [
    ['name', 'end_time', { only: 'read', transform: { kind: 'constant', value: '{metric}' } }],
    ['endsAt', 'end_time', instant],
    ['value', 'value', decimal],
  ],
} satisfies ModelDefinition
