import type { SQLInputValue } from 'node:sqlite'
import type { Company } from './entities.ts'
import { queryFault } from './faults.ts'

const maxResults = 1000
const grammar =
  /^\s*select\s+(?<columns>.+?)\s+from\s+(?<entity>\w+)(?:\s+where\s+(?<where>.+?))?(?:\s+order\s*by\s+(?<order>[\w.]+)(?:\s+(?<direction>asc|desc))?)?(?:\s+startposition\s+(?<start>\d+))?(?:\s+maxresults\s+(?<max>\d+))?\s*;?\s*$/is
const condition =
  /^\s*(?<field>[\w.]+)\s*(?:(?<operator><=|>=|=|<|>)\s*(?<value>'(?:[^'\\]|\\.)*'|true|false|[\d.]+)|(?<like>like)\s+(?<pattern>'(?:[^'\\]|\\.)*')|(?<in>in)\s*\((?<list>[^)]*)\))\s*(?:and\s+|$)/is

const kinds = ['Customer', 'Vendor', 'Item', 'Invoice', 'Payment', 'TaxCode', 'TaxRate', 'Account']

/** Fields with a column of their own; others are read from the body. */
const columns: Record<string, string> = {
  id: 'id',
  displayname: 'name',
  name: 'name',
  docnumber: 'name',
  active: 'active',
  'metadata.lastupdatedtime': 'updated_s',
  'metadata.createtime': 'created_s',
}

/**
 * Answers a statement of Intuit's query language, as the text of the `QueryResponse`. Throws query faults.
 * https://developer.intuit.com/app/developer/qbo/docs/learn/explore-the-quickbooks-online-api/data-queries
 */
export function answerQuery({ storage, realm }: Company, statement: string): string {
  const parts = grammar.exec(statement)?.groups
  if (!parts) throw queryFault(`Encountered an unknown statement: ${statement.slice(0, 80)}`)
  const kind = kinds.find(name => name.toLowerCase() === parts['entity']?.toLowerCase())
  if (!kind) throw queryFault(`no metadata found for entity '${parts['entity']}'`, '4001')
  const start = Number(parts['start'] ?? 1)
  const max = Number(parts['max'] ?? 100)
  if (max > maxResults) throw queryFault(`value ${max} is too large. Max allowed value is ${maxResults}.`, '4001')
  if (start < 1) throw queryFault('startposition must be at least 1', '4001')

  const { sql, values } = conditions(parts['where'] ?? '', realm, kind)
  if (/^count\s*\(\s*\*\s*\)$/i.test(parts['columns'] ?? '')) {
    const row = storage.get<{ total: number }>(`SELECT count(*) AS total FROM entities WHERE ${sql}`, ...values)
    return `{"totalCount":${row?.total ?? 0}}`
  }
  const order = parts['order'] ? `${sqlField(parts['order'])} ${parts['direction'] ?? 'asc'}, id` : 'id'
  const rows = storage.all<{ body: string }>(
    `SELECT body FROM entities WHERE ${sql} ORDER BY ${order} LIMIT ? OFFSET ?`,
    ...[...values, max, start - 1],
  )
  if (rows.length === 0) return '{}'
  const bodies = rows.map(row => project(row.body, parts['columns'] ?? '*'))
  return `{"${kind}":[${bodies.join(',')}],"startPosition":${start},"maxResults":${rows.length}}`
}

function conditions(where: string, realm: string, kind: string): { sql: string; values: SQLInputValue[] } {
  const clauses = ['realm = ?', 'kind = ?', 'deleted = 0']
  const values: SQLInputValue[] = [realm, kind]
  let rest = where
  let asksForActive = false
  while (rest.trim()) {
    const match = condition.exec(rest)
    const found = match?.groups
    if (!match || !found) throw queryFault(`Encountered " "${rest.slice(0, 40)}"`)
    rest = rest.slice(match[0].length)
    const name = found['field'] ?? ''
    const field = sqlField(name)
    asksForActive ||= field === 'active'
    if (found['like']) {
      clauses.push(`${field} LIKE ?`)
      values.push(literal(name, found['pattern'] ?? ''))
    } else if (found['in']) {
      const list = (found['list'] ?? '').split(',').map(item => literal(name, item.trim()))
      clauses.push(`${field} IN (${list.map(() => '?').join(', ')})`)
      values.push(...list)
    } else {
      clauses.push(`${field} ${found['operator']} ?`)
      values.push(literal(name, found['value'] ?? ''))
    }
  }
  if (!asksForActive) clauses.push('active = 1') // as there: inactive ones only for whoever asks
  return { sql: clauses.join(' AND '), values }
}

function sqlField(name: string): string {
  const column = columns[name.toLowerCase()]
  if (column) return column
  if (!/^[A-Z]\w*(\.\w+)?$/.test(name)) throw queryFault(`property '${name}' not found`, '4001')
  return `json_extract(body, '$.${name}')`
}

function literal(field: string, text: string): SQLInputValue {
  if (/^(true|false)$/i.test(text)) return text.toLowerCase() === 'true' ? 1 : 0
  const value = text.startsWith("'") ? text.slice(1, -1).replaceAll(/\\(.)/g, '$1') : text
  if (/^metadata\./i.test(field)) {
    const ms = Date.parse(value)
    if (Number.isNaN(ms)) throw queryFault(`'${value}' is not a date and time`, '4001')
    return Math.floor(ms / 1000) // the books keep seconds
  }
  return /^id$/i.test(field) || !text.startsWith("'") ? Number(value) : value
}

function project(body: string, wanted: string): string {
  if (wanted.trim() === '*') return body
  const entity = JSON.parse(body) as Record<string, unknown>
  const names = wanted.split(',').map(name => name.trim().split('.')[0]?.toLowerCase())
  const kept = Object.entries(entity).filter(([name]) => names.includes(name.toLowerCase()))
  return JSON.stringify({ ...Object.fromEntries(kept), domain: 'QBO', sparse: true })
}
