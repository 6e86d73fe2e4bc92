import type { Thing, Tools } from '../../tools.ts'
import { graphError } from './errors.ts'

// Figures and leads of the Graph API: what is asked for beside fields, checked as it checks it.

const dayMs = 86_400_000
const isDay = (text: unknown): text is string => typeof text === 'string' && /^\d{4}-\d\d-\d\d$/.test(text)

/** What is wrong with what was asked, as the API says it. */
export class GraphRefusal extends Error {
  readonly body: unknown
  constructor(code: number, message: string, subcode?: number) {
    super(message)
    this.body = graphError(code, message, subcode)
  }
}

/** Rows of an ad account by days: https://developers.facebook.com/docs/marketing-api/insights/parameters */
export function adInsights(tools: Tools, account: string, query: URLSearchParams): Thing[] {
  const level = query.get('level') ?? 'account'
  if (!['ad', 'adset', 'campaign', 'account'].includes(level))
    throw new GraphRefusal(100, '(#100) level must be one of its values')
  if (query.get('time_increment') !== '1')
    throw new GraphRefusal(100, '(#100) The sandbox tells figures by days: time_increment=1')
  const { since, until } = rangeOf(query.get('time_range'))
  if (since > until) throw new GraphRefusal(100, '(#100) since must not be after until', 1487534)
  // https://developers.facebook.com/docs/marketing-api/insights/error-codes: too much for one answer.
  const most = Number(tools.things.get('limits', account, 'insights')?.['days'] ?? 366)
  if ((Date.parse(until) - Date.parse(since)) / dayMs >= most)
    throw new GraphRefusal(100, '(#100) Please reduce the amount of data you are asking for', 1487534)
  return tools.things
    .list('insights', account)
    .filter(row => String(row['date_start']) >= since && String(row['date_start']) <= until)
    .map(row => ({ account_id: account.replace('act_', ''), date_stop: row['date_start'], ...row }))
}

function rangeOf(text: string | null): { since: string; until: string } {
  if (text === null) throw new GraphRefusal(100, '(#100) The sandbox wants a time_range')
  try {
    const { since, until } = JSON.parse(text) as Record<string, unknown>
    if (isDay(since) && isDay(until)) return { since, until }
  } catch {
    // No JSON at all.
  }
  throw new GraphRefusal(100, '(#100) param time_range must be an object with since and until as YYYY-MM-DD')
}

/** One series for each metric: https://developers.facebook.com/docs/graph-api/reference/insights. `end_time` is the end of the day. */
export function series(
  tools: Tools,
  node: string,
  query: URLSearchParams,
  { names, days }: { names: RegExp; days: number },
): Thing[] {
  const metrics = (query.get('metric') ?? '').split(',').filter(Boolean)
  if (metrics.length === 0) throw new GraphRefusal(100, '(#100) The parameter metric is required')
  const unknown = metrics.find(metric => !names.test(metric))
  if (unknown !== undefined) throw new GraphRefusal(100, '(#100) The value must be a valid insights metric')
  if (query.get('period') !== 'day') throw new GraphRefusal(100, '(#100) The sandbox tells figures by days: period=day')
  const [since, until] = ['since', 'until'].map(name => timeOf(query.get(name)))
  if (since === undefined || until === undefined || Number.isNaN(since + until))
    throw new GraphRefusal(100, '(#100) since and until must be times')
  if (until - since > days * dayMs)
    throw new GraphRefusal(100, `(#100) There cannot be more than ${days} days between since and until`)
  const kept = tools.things.list('insights', node)
  return metrics.map(name => {
    const values = kept
      .filter(one => one['name'] === name)
      .filter(
        one => Date.parse(String(one['end_time'])) > since && Date.parse(String(one['end_time'])) <= until + dayMs,
      )
      .map(({ value, end_time }) => ({ value, end_time: String(end_time).replace(/\.\d+Z$/, '+0000') }))
    return { name, period: 'day', values, title: name, description: name, id: `${node}/insights/${name}/day` }
  })
}

const timeOf = (text: string | null) =>
  text === null ? undefined : /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text)

/** Leads of a form, the newest first: https://developers.facebook.com/docs/marketing-api/guides/lead-ads/retrieving */
export function leadsOf(tools: Tools, form: string, query: URLSearchParams): Thing[] {
  const after = filterOf(query.get('filtering'))
  return tools.things
    .list('leads', form)
    .filter(({ created_time }) => after === undefined || Date.parse(String(created_time)) / 1000 > after)
    .sort((one, other) => String(other['created_time']).localeCompare(String(one['created_time'])))
    .map(lead => ({ form_id: form, is_organic: false, platform: 'fb', ...lead }))
}

function filterOf(text: string | null): number | undefined {
  if (text === null) return undefined
  try {
    const [{ field, operator, value }] = JSON.parse(text) as [Record<string, unknown>]
    if (field === 'time_created' && operator === 'GREATER_THAN' && typeof value === 'number') return value
  } catch {
    // No list of conditions.
  }
  throw new GraphRefusal(100, '(#100) param filtering is not of its form')
}
