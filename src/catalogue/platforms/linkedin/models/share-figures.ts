import type { ModelDefinition } from '../../../schema/models.ts'
import { decimal, read } from '../../read-fields.ts'

/** Of a year at most. Parts of an interval have names of their own in the first version of the protocol, and signs in the second. */
export const shareFigures = {
  collection: 'metrics',
  kind: 'append',
  summary:
    "How an organisation's posts did on each day, without what was paid for; it needs the scope rw_organization_admin",
  docs: 'https://learn.microsoft.com/en-us/linkedin/marketing/community-management/organizations/share-statistics',
  asks: [
    {
      name: 'organization',
      label: 'Organization',
      help: 'The number in the address of its page as an administrator sees it',
      pattern: '^[0-9]{1,20}$',
    },
  ],
  id: 'organizationalEntity',
  idWith: ['timeRange.start'],
  list: {
    kind: 'link',
    path: '/rest/organizationalEntityShareStatistics',
    query: {
      q: 'organizationalEntity',
      organizationalEntity: 'urn:li:organization:{organization}',
      'timeIntervals.timeGranularityType': 'DAY',
    },
    headers: { 'x-restli-protocol-version': '1.0.0' },
    page: 366,
    items: 'elements',
  },
  windows: {
    params: { 'timeIntervals.timeRange.start': '{from}', 'timeIntervals.timeRange.end': '{next}' },
    format: 'unix-milliseconds',
    days: 90,
    reach: '360d',
    again: 7,
  },
  fields: [
    [
      'name',
      'organizationalEntity',
      { only: 'read', transform: { kind: 'constant', value: 'organization {organization}' } },
    ],
    ['date', 'timeRange.start', { only: 'read', transform: { kind: 'date', format: 'unix-milliseconds' } }],
    ['account', 'organizationalEntity', read],
    ['figures.impressions', 'totalShareStatistics.impressionCount', decimal],
    ['figures.reach', 'totalShareStatistics.uniqueImpressionsCount', decimal],
    ['figures.clicks', 'totalShareStatistics.clickCount', decimal],
    ['figures.likes', 'totalShareStatistics.likeCount', decimal],
    ['figures.comments', 'totalShareStatistics.commentCount', decimal],
    ['figures.shares', 'totalShareStatistics.shareCount', decimal],
  ],
} satisfies ModelDefinition
