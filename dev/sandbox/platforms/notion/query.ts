import { type DataSource, type Page, pagesOf, type Shelf, shownPage } from './data-sources.ts'
import { type Json, type Plain, plainValue } from './properties.ts'
import { invalid } from './refusals.ts'

interface Query {
  filter?: Json
  sorts?: { property?: string; timestamp?: string; direction?: string }[]
  start_cursor?: string
  page_size?: number
  in_trash?: boolean
}

/**
 * The pages of a data source that a filter lets through. Beyond the source's limit it ends early, with a success and a
 * `request_status` that says so. https://developers.notion.com/reference/query-a-data-source
 */
export function answerQuery(shelf: Shelf, source: DataSource, asked: Query) {
  const { filter, sorts = [], start_cursor, page_size = 100, in_trash = false } = asked
  if (!Number.isInteger(page_size) || page_size < 1 || page_size > 100)
    throw invalid('body failed validation: body.page_size should be ≤ `100`.')
  const isLet = (page: Page) => filter === undefined || passes(source, page, filter, 0)
  const all = pagesOf(shelf, source.id).filter(page => page.trashed === in_trash && isLet(page))
  for (const sort of sorts.toReversed()) {
    const sign = sort.direction === 'descending' ? -1 : 1
    all.sort((a, b) => sign * order(valueBy(source, a, sort), valueBy(source, b, sort)))
  }
  const most = source.limit === null ? all : all.slice(0, source.limit)
  const from = start_cursor === undefined ? 0 : most.findIndex(({ id }) => id === start_cursor)
  if (from < 0) throw invalid('The start_cursor provided is invalid.')
  const page = most.slice(from, from + page_size)
  const next = most[from + page_size]?.id ?? null
  const isCut = next === null && most.length < all.length
  const request_status = isCut
    ? { type: 'incomplete', incomplete_reason: 'query_result_limit_reached' }
    : { type: 'complete' }
  return {
    ...{ object: 'list', results: page.map(one => shownPage(source, one)), next_cursor: next, has_more: next !== null },
    ...{ type: 'page_or_data_source', page_or_data_source: {}, request_status },
  }
}

function valueBy(
  source: DataSource,
  page: Page,
  { property, timestamp }: { property?: string; timestamp?: string },
): Plain {
  const shown = shownPage(source, page)
  if (timestamp === 'last_edited_time' || timestamp === 'created_time') return shown[timestamp]
  return plainValue(columnValue(source, shown.properties, property ?? ''))
}

function columnValue({ columns }: DataSource, properties: Json, said: string): Json {
  const column = columns.find(({ name, id }) => name === said || id === said)
  if (!column) throw invalid(`Could not find property with name or id: ${said}`)
  return properties[column.name] as Json
}

function order(a: Plain, b: Plain): number {
  if (a === b) return 0
  if (a === null || b === null) return a === null ? 1 : -1
  return typeof a === 'number' && typeof b === 'number' ? a - b : String(a) < String(b) ? -1 : 1
}

/** Compound filters go two deep. */
function passes(source: DataSource, page: Page, filter: Json, depth: number): boolean {
  const { and, or } = filter
  if (Array.isArray(and) || Array.isArray(or)) {
    if (depth >= 2) throw invalid('body failed validation: filters may be nested two levels deep.')
    const inner = (one: Json) => passes(source, page, one, depth + 1)
    return Array.isArray(and) ? (and as Json[]).every(inner) : (or as Json[]).some(inner)
  }
  const { timestamp } = filter
  if (timestamp === 'last_edited_time' || timestamp === 'created_time')
    return holds(valueBy(source, page, { timestamp }), filter[timestamp] as Json, 'date')
  const value = columnValue(source, shownPage(source, page).properties, String(filter['property']))
  const type = String(value['type'])
  const condition = filter[type]
  if (typeof condition !== 'object' || condition === null)
    throw invalid(`database property ${String(filter['property'])} does not match filter type.`)
  return holds(plainValue(value), condition as Json, type)
}

function holds(value: Plain, condition: Json, type: string): boolean {
  return Object.entries(condition).every(([operator, wanted]) => {
    switch (operator) {
      case 'equals':
        return type === 'title' || type === 'rich_text'
          ? String(value).toLowerCase() === String(wanted).toLowerCase()
          : value === wanted
      case 'does_not_equal':
        return value !== wanted
      case 'contains':
        return Array.isArray(value) ? value.includes(wanted as string) : String(value).includes(String(wanted))
      case 'is_empty':
        return value === null || value === '' || (Array.isArray(value) && value.length === 0)
      case 'is_not_empty':
        return value !== null && value !== ''
      case 'on_or_after':
        return value !== null && Date.parse(String(value)) >= timeOf(wanted)
      case 'on_or_before':
        return value !== null && Date.parse(String(value)) <= timeOf(wanted)
      case 'greater_than':
        return value !== null && Number(value) > Number(wanted)
      case 'less_than':
        return value !== null && Number(value) < Number(wanted)
      default:
        throw invalid(`body failed validation: ${operator} is no condition of ${type}.`)
    }
  })
}

function timeOf(text: unknown): number {
  const ms = Date.parse(String(text))
  if (Number.isNaN(ms)) throw invalid('body failed validation: it should be a valid ISO 8601 date string.')
  return ms
}
