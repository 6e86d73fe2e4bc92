import type { Tools } from '../../tools.ts'

// https://learn.microsoft.com/en-us/linkedin/marketing/integrations/ads-reporting/ads-reporting

const metrics = [
  ...['impressions', 'clicks', 'costInLocalCurrency', 'costInUsd', 'externalWebsiteConversions', 'oneClickLeads'],
  ...['likes', 'comments', 'shares', 'follows', 'landingPageClicks', 'totalEngagements', 'approximateMemberReach'],
]
const mostMetrics = 20
const mostRows = 15_000

/** Figures of an ad account's campaigns by days, without pages; a text is what is wrong with what was asked. */
export function adAnalytics(tools: Tools, query: URLSearchParams, protocol: string | undefined): object | string {
  if (query.get('q') !== 'analytics') return 'The sandbox has the finder analytics alone'
  if (protocol !== undefined && protocol !== '1.0.0')
    return 'Invalid query parameters passed to request: dateRange is (start:(year:…)) in protocol version 2.0.0'
  if (query.get('pivot') !== 'CAMPAIGN') return 'The sandbox has the pivot CAMPAIGN alone'
  if (query.get('timeGranularity') !== 'DAILY') return 'The sandbox has DAILY alone'
  const account = /^urn:li:sponsoredAccount:(\d+)$/.exec(query.get('accounts[0]') ?? '')?.[1]
  if (account === undefined)
    return 'At least one facet must be given: accounts is no list of URNs of sponsored accounts'
  const start = dayOf(query, 'start')
  const end = query.has('dateRange.end.year') ? dayOf(query, 'end') : '9999-12-31'
  if (start === undefined || end === undefined || start > end) return 'dateRange is not valid'
  // Impressions and clicks alone unless asked for, and neither whose nor of when they are.
  const asked = (query.get('fields') ?? 'impressions,clicks').split(',')
  const unknown = asked.find(name => ![...metrics, 'dateRange', 'pivotValues'].includes(name))
  if (unknown !== undefined) return `Invalid field: ${unknown}`
  if (asked.length > mostMetrics) return `No more than ${mostMetrics} fields can be asked for`
  const elements = tools.things
    .list('analytics', account)
    .filter(row => String(row['date']) >= start && String(row['date']) <= end)
    .slice(0, mostRows)
    .map(({ campaign, date, ...figures }) => {
      const [year, month, day] = String(date).split('-').map(Number)
      const at = { year, month, day }
      const row: Record<string, unknown> = {
        ...Object.fromEntries(metrics.map(name => [name, name.startsWith('cost') ? '0' : 0])),
        ...{ dateRange: { start: at, end: at }, pivotValues: [`urn:li:sponsoredCampaign:${String(campaign)}`] },
        ...figures,
      }
      return Object.fromEntries(asked.map(name => [name, row[name]]))
    })
  return { paging: { start: 0, count: 10, links: [] }, elements }
}

/** One end of the range, from its parts: numbers without leading zeros. */
function dayOf(query: URLSearchParams, end: 'start' | 'end'): string | undefined {
  const parts = ['year', 'month', 'day'].map(part => query.get(`dateRange.${end}.${part}`) ?? '')
  if (!parts.every(part => /^[1-9]\d{0,3}$/.test(part))) return undefined
  const day = parts.map(part => part.padStart(2, '0')).join('-')
  return Number.isNaN(Date.parse(day)) ? undefined : day
}
