import type { Tools } from '../../tools.ts'

// https://learn.microsoft.com/en-us/linkedin/marketing/community-management/organizations/share-statistics

const dayMs = 86_400_000

/** Statistics of an organisation by days; a text is what is wrong with what was asked. */
export function shareStatistics(tools: Tools, query: URLSearchParams, protocol: string | undefined): object | string {
  const organizationalEntity = query.get('organizationalEntity') ?? ''
  const id = /^urn:li:organization:(\d+)$/.exec(organizationalEntity)?.[1]
  if (query.get('q') !== 'organizationalEntity' || id === undefined)
    return 'organizationalEntity is not a URN of an organization'
  if (protocol !== undefined && protocol !== '1.0.0')
    return 'Invalid query parameters passed to request: timeIntervals is (timeRange:…) in protocol version 2.0.0'
  if (query.get('timeIntervals.timeGranularityType') !== 'DAY') return 'The sandbox has DAY alone'
  const [start, end] = ['start', 'end'].map(name => Number(query.get(`timeIntervals.timeRange.${name}`) ?? Number.NaN))
  if (![start!, end!].every(ms => Number.isInteger(ms / dayMs))) return 'timeRange must be of whole days in UTC'
  if (start! >= end! || start! < Date.now() - 366 * dayMs) return 'timeRange must be within the last 12 months'
  const elements = tools.things
    .list('statistics', id)
    .map(({ start: from, ...figures }) => ({
      ...{ organizationalEntity, timeRange: { start: Number(from), end: Number(from) + dayMs } },
      totalShareStatistics: {
        ...{
          impressionCount: 0,
          uniqueImpressionsCount: 0,
          clickCount: 0,
          likeCount: 0,
          commentCount: 0,
          shareCount: 0,
        },
        ...figures,
      },
    }))
    .filter(({ timeRange }) => timeRange.start >= start! && timeRange.end <= end!)
  return { paging: { start: 0, count: 10, links: [] }, elements }
}
