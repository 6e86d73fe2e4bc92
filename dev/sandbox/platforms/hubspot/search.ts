import type { SQLInputValue } from 'node:sqlite'
import { kindOf, type ObjectType, shapes } from './properties.ts'
import { indexedUntil, type Row, type Shelf, shown } from './objects.ts'
import { invalid } from './refusals.ts'

const most = { groups: 5, filters: 10, allFilters: 25, page: 200 }

interface Search {
  filterGroups?: { filters?: Filter[] }[]
  sorts?: Sort[]
  properties?: string[]
  query?: string
  limit?: number
  after?: string | number
}

interface Filter {
  propertyName?: string
  operator?: string
  value?: unknown
  highValue?: unknown
  values?: unknown[]
}

/**
 * Answers a search. The index lags behind: what was changed within `lag_ms` is found as it was before. Throws what is wrong with it.
 * https://developers.hubspot.com/docs/api-reference/search/guide
 */
export function search(shelf: Shelf, asked: unknown): unknown {
  const { filterGroups = [], sorts = [], properties = [], query, limit = 10, after = 0 } = (asked ?? {}) as Search
  if (typeof asked !== 'object' || asked === null) throw invalid('Invalid input JSON')
  if (!Number.isInteger(limit) || limit < 1 || limit > most.page)
    throw invalid(`limit must be between 1 and ${most.page}`)
  const start = Number(after === '' ? 0 : after)
  if (!Number.isInteger(start) || start < 0) throw invalid('after must be a number')
  const { results = 10_000 } = limitsOf(shelf)
  if (start + limit > results) throw invalid(`Paging may not go beyond ${results} results`)
  const filters = filterGroups.flatMap(group => group.filters ?? [])
  const isTooMany = filterGroups.some(group => (group.filters?.length ?? 0) > most.filters)
  if (filterGroups.length > most.groups || isTooMany || filters.length > most.allFilters)
    throw invalid('The search has too many filters')
  if (sorts.length > 1) throw invalid('Only one sort is supported')

  const index = indexOf(shelf)
  const { storage, portal, type } = shelf
  const values: SQLInputValue[] = [portal, type]
  const groups = filterGroups.map(group => {
    const clauses = (group.filters ?? []).map(filter => clauseOf(type, index, filter, values))
    return clauses.length === 0 ? '1' : `(${clauses.join(' AND ')})`
  })
  const clauses = ['portal = ?', 'type = ?', 'archived = 0', 'into_id IS NULL', `${index.body} IS NOT NULL`]
  if (groups.length > 0) clauses.push(`(${groups.join(' OR ')})`)
  if (query !== undefined) {
    clauses.push(`${index.body} LIKE ?`)
    values.push(`%${query}%`)
  }
  const where = clauses.join(' AND ')
  const count = `SELECT count(*) AS n FROM hubspot_objects WHERE ${where}`
  const total = storage.get<{ n: number }>(count, ...values)?.n ?? 0
  const rows = storage.all<Row>(
    `SELECT id, archived, into_id, created_ms, ${index.updated} AS updated_ms, ${index.body} AS body FROM hubspot_objects
     WHERE ${where} ORDER BY ${orderOf(type, index, sorts[0])} LIMIT ? OFFSET ?`,
    ...[...values, limit, start],
  )
  const next = start + rows.length
  const paging = next < total && rows.length > 0 ? { paging: { next: { after: String(next), link: '?after=' } } } : {}
  return { total, results: rows.map(row => shown(type, row, properties)), ...paging }
}

function limitsOf({ storage, portal }: Shelf): { results?: number } {
  return storage.get<{ results: number }>('SELECT results FROM hubspot_portals WHERE portal = ?', portal) ?? {}
}

/** Where the index has what is searched: what was changed within the lag it still has as it was before. */
interface Index {
  body: string
  updated: string
}

function indexOf(shelf: Shelf): Index {
  const until = indexedUntil(shelf)
  if (until === Infinity) return { body: 'body', updated: 'updated_ms' }
  const isBehind = `updated_ms > ${until}`
  const either = (old: string, now: string) => `(CASE WHEN ${isBehind} THEN ${old} ELSE ${now} END)`
  return { body: either('indexed', 'body'), updated: either('indexed_ms', 'updated_ms') }
}

function columnOf(type: ObjectType, { body, updated }: Index, name: string): string {
  const kind = kindOf(type, name)
  if (kind === undefined) throw invalid(`There was a problem with the request: property ${name} does not exist`)
  if (name === 'hs_object_id') return 'id'
  if (name === shapes[type].modified) return updated
  if (name === 'createdate') return 'created_ms'
  const value = `json_extract(${body}, '$.${name}')`
  return kind === 'number' ? `CAST(${value} AS REAL)` : `(${value} COLLATE NOCASE)`
}

const comparisons: Record<string, string> = { EQ: '=', NEQ: '<>', LT: '<', LTE: '<=', GT: '>', GTE: '>=' }

function clauseOf(type: ObjectType, index: Index, filter: Filter, values: SQLInputValue[]): string {
  const { propertyName = '', operator = '', value, highValue } = filter
  const column = columnOf(type, index, propertyName)
  const put = (given: unknown) => {
    values.push(literal(type, propertyName, given))
    return '?'
  }
  if (operator === 'HAS_PROPERTY') return `${column} IS NOT NULL`
  if (operator === 'NOT_HAS_PROPERTY') return `${column} IS NULL`
  if (operator === 'BETWEEN') return `${column} BETWEEN ${put(value)} AND ${put(highValue)}`
  if (operator === 'IN' || operator === 'NOT_IN') {
    if (!Array.isArray(filter.values) || filter.values.length > 100) throw invalid(`${operator} takes up to 100 values`)
    return `${column} ${operator.replace('_', ' ')} (${filter.values.map(put).join(', ')})`
  }
  if (operator === 'CONTAINS_TOKEN') return `${column} LIKE '%' || ${put(value)} || '%'`
  const comparison = comparisons[operator]
  if (comparison === undefined) throw invalid(`Unknown operator ${operator}`)
  return `${column} ${comparison} ${put(value)}`
}

/** Times are compared in milliseconds since 1970, ids and numbers as numbers, and the rest as text. */
function literal(type: ObjectType, name: string, value: unknown): SQLInputValue {
  if (typeof value !== 'string' && typeof value !== 'number') throw invalid(`The filter of ${name} has no value`)
  const isNumber = kindOf(type, name) === 'number' || name === 'hs_object_id'
  const isTime = name === shapes[type].modified || name === 'createdate'
  if (!isNumber && !isTime) return String(value)
  if (!/^-?\d+(\.\d+)?$/.test(String(value)))
    throw invalid(`${String(value)} is not a number, as ${name} is compared with`)
  return Number(value)
}

type Sort = string | { propertyName?: string; direction?: string }

function orderOf(type: ObjectType, index: Index, sort: Sort | undefined): string {
  if (sort === undefined) return 'created_ms, id'
  const isText = typeof sort === 'string'
  const name = isText ? sort.replace(/^-/, '') : (sort.propertyName ?? '')
  const isDown = isText ? sort.startsWith('-') : sort.direction === 'DESCENDING'
  if (!isText && sort.direction !== undefined && !['ASCENDING', 'DESCENDING'].includes(sort.direction))
    throw invalid(`Unknown direction ${sort.direction}`)
  return `${columnOf(type, index, name)} ${isDown ? 'DESC' : 'ASC'}, id`
}
