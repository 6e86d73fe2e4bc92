import type { Thing, Tools } from '../../tools.ts'

// https://business-api.tiktok.com/portal/docs?id=1740302848100353

const dayMs = 86_400_000
const levels: Record<string, string> = {
  AUCTION_CAMPAIGN: 'campaign_id',
  AUCTION_AD: 'ad_id',
  AUCTION_ADGROUP: 'adgroup_id',
}

/** A page of a basic report by days; a text is what is wrong with what was asked. */
export function report(tools: Tools, advertiser: string, query: URLSearchParams): Thing | string {
  const required = ['report_type', 'data_level', 'dimensions', 'metrics', 'start_date', 'end_date']
  const missing = required.find(name => !query.get(name))
  if (missing !== undefined) return `${missing}: Missing data for required field.`
  if (query.get('report_type') !== 'BASIC') return 'report_type: The sandbox has BASIC alone.'
  const id = levels[query.get('data_level')!]
  const [dimensions, metrics] = ['dimensions', 'metrics'].map(name => listOf(query.get(name)!))
  if (id === undefined) return 'data_level: Must be one of its values.'
  if (!dimensions || !metrics) return 'dimensions: Not a valid list.'
  if (!dimensions.every(name => [id, 'stat_time_day'].includes(name))) return 'dimensions: Not of this level.'
  const [start, end] = ['start_date', 'end_date'].map(name => query.get(name)!)
  if (![start!, end!].every(day => /^\d{4}-\d\d-\d\d$/.test(day))) return 'start_date: Not a valid date.'
  if (Date.parse(end!) - Date.parse(start!) > 29 * dayMs) return 'The max time span is 30 days when use stat_time_day'
  const [page, size] = [Number(query.get('page') ?? 1), Number(query.get('page_size') ?? 10)]
  if (!(size >= 1 && size <= 1000)) return 'page_size: Must be between 1 and 1000.'
  const rows = tools.things
    .list('report', advertiser)
    .filter(row => String(row['stat_time_day']) >= start! && String(row['stat_time_day']) <= end!)
    .map(row => ({
      dimensions: Object.fromEntries(
        dimensions.map(name => [name, name === 'stat_time_day' ? `${String(row[name])} 00:00:00` : row[name]]),
      ),
      metrics: Object.fromEntries(metrics.map(name => [name, Object.hasOwn(row, name) ? row[name] : '0'])),
    }))
  const page_info = { page, page_size: size, total_number: rows.length, total_page: Math.ceil(rows.length / size) }
  return { list: rows.slice((page - 1) * size, page * size), page_info }
}

function listOf(text: string): string[] | undefined {
  try {
    const list: unknown = JSON.parse(text)
    return Array.isArray(list) ? list.map(String) : undefined
  } catch {
    return undefined
  }
}
