import type { SQLInputValue } from 'node:sqlite'
import { type Entity, entityOf, fieldName } from './entities.ts'
import { malformed, noColumn, Refusal } from './refusals.ts'

/** A statement taken apart: what it selects, and the rest as SQL over the rows of its entity. */
export interface Statement {
  entity: Entity
  fields: string[]
  isCount: boolean
  where: string
  values: SQLInputValue[]
  order: string
  limit: number | undefined
  offset: number
}

const grammar =
  /^\s*select\s+(?<fields>.+?)\s+from\s+(?<from>\w+)(?:\s+where\s+(?<where>.+?))?(?:\s+order\s+by\s+(?<order>[\w\s,]+?))?(?:\s+limit\s+(?<limit>\d+))?(?:\s+offset\s+(?<offset>\d+))?\s*$/is
const token =
  /\s*(?:(?<text>'(?:[^'\\]|\\.)*')|(?<time>\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d))?)|(?<number>-?\d+(?:\.\d+)?)|(?<sign><=|>=|!=|<>|[=<>(),])|(?<word>\w+))/iy

/** As much of SOQL as connectors ask. https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select.htm */
export function parseSoql(soql: string): Statement {
  const parts = grammar.exec(soql)?.groups
  if (!parts) throw malformed(`unexpected token: ${soql.slice(0, 60)}`)
  const entity = entityOf(parts['from']!)
  const selected = parts['fields']!.split(',').map(name => name.trim())
  const isCount = selected.length === 1 && /^count\(\s*(id)?\s*\)$/i.test(selected[0]!)
  const fields = isCount ? [] : selected.map(name => known(entity, name))
  const { sql, values } = parts['where'] === undefined ? { sql: '1', values: [] } : condition(entity, parts['where'])
  const offset = Number(parts['offset'] ?? 0)
  if (offset > 2000) throw new Refusal(400, 'NUMBER_OUTSIDE_VALID_RANGE', 'Maximum SOQL offset allowed is 2000')
  const limit = parts['limit'] === undefined ? undefined : Number(parts['limit'])
  return { entity, fields, isCount, where: sql, values, order: orderOf(entity, parts['order']), limit, offset }
}

function known(entity: Entity, said: string): string {
  const name = fieldName(entity, said)
  if (name === undefined) throw noColumn(said, entity.name)
  return name
}

function orderOf(entity: Entity, order: string | undefined): string {
  if (order === undefined) return 'id'
  return order
    .split(',')
    .map(part => {
      const [, name, direction = ''] = /^\s*(\w+)(?:\s+(asc|desc))?(?:\s+nulls\s+(?:first|last))?\s*$/i.exec(part) ?? []
      if (name === undefined) throw malformed(`unexpected token: ${part}`)
      return `${column(known(entity, name))} ${direction}`
    })
    .join(', ')
}

const columns: Record<string, string> = {
  Id: 'id',
  IsDeleted: 'deleted',
  MasterRecordId: 'master',
  CreatedDate: 'created_ms',
  LastModifiedDate: 'stamp_ms',
  SystemModstamp: 'stamp_ms',
}

function column(name: string): string {
  if (Object.hasOwn(columns, name)) return columns[name]!
  if (name === 'Name')
    return `coalesce(json_extract(body, '$.Name'), trim(coalesce(json_extract(body, '$.FirstName'), '') || ' ' || json_extract(body, '$.LastName')))`
  return `json_extract(body, '$.${name}')`
}

interface Token {
  kind: 'text' | 'time' | 'number' | 'sign' | 'word' | 'end'
  said: string
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = []
  token.lastIndex = 0
  while (text.slice(token.lastIndex).trim() !== '') {
    const at = token.lastIndex
    const found = Object.entries(token.exec(text)?.groups ?? {}).find(([, said]) => said !== undefined)
    if (!found) throw malformed(`unexpected token: '${text.slice(at, at + 20)}'`)
    tokens.push({ kind: found[0] as Token['kind'], said: found[1] })
  }
  return tokens
}

/** A condition by recursive descent: OR over AND over comparisons, NOT and brackets. */
function condition(entity: Entity, text: string): { sql: string; values: SQLInputValue[] } {
  const tokens = tokensOf(text)
  const values: SQLInputValue[] = []
  const next = () => tokens[0] ?? { kind: 'end', said: '' }
  const isWord = (word: string) => next().kind === 'word' && next().said.toLowerCase() === word
  const take = (said?: string) => {
    const found = tokens.shift()
    if (!found || (said !== undefined && found.said.toLowerCase() !== said))
      throw malformed(`unexpected token: '${found?.said ?? ''}'`)
    return found
  }
  const joined = (word: string, part: () => string): string => {
    let sql = part()
    while (isWord(word)) {
      take()
      sql = `${sql} ${word.toUpperCase()} ${part()}`
    }
    return sql
  }
  const either = (): string => `(${joined('or', () => joined('and', one))})`
  const one = (): string => {
    if (isWord('not')) {
      take()
      return `NOT ${one()}`
    }
    if (next().said !== '(') return comparison()
    take()
    const inner = either()
    take(')')
    return inner
  }
  const literal = (name: string): string => {
    values.push(valueOf(entity, name, take()))
    return '?'
  }
  const comparison = (): string => {
    const name = known(entity, take().said)
    const isNot = isWord('not') && take() !== undefined
    const operator = take().said.toLowerCase()
    if (operator === 'in') {
      take('(')
      const list = [literal(name)]
      while (next().said === ',') list.push((take(), literal(name)))
      take(')')
      return `${column(name)} ${isNot ? 'NOT ' : ''}IN (${list.join(', ')})`
    }
    if (operator === 'like') return `${column(name)} LIKE ${literal(name)}`
    if (!['=', '!=', '<>', '<', '<=', '>', '>='].includes(operator) || isNot)
      throw malformed(`unexpected token: '${operator}'`)
    const sign = { '=': 'IS', '!=': 'IS NOT', '<>': 'IS NOT' }[operator] ?? operator
    // Texts are compared whatever their letters, but for ids.
    const { kind } = entity.fields[name]!
    const letters = kind === 'text' || kind === 'email' ? ' COLLATE NOCASE' : ''
    return `${column(name)}${letters} ${sign} ${literal(name)}`
  }
  const sql = either()
  if (tokens.length > 0) throw malformed(`unexpected token: '${next().said}'`)
  return { sql, values }
}

function valueOf(entity: Entity, name: string, { kind, said }: Token): SQLInputValue {
  const field = entity.fields[name]!
  const wrong = (type: string, quoted: string) =>
    new Refusal(
      400,
      'INVALID_FIELD',
      `value of filter criterion for field '${name}' must be of type ${type} and should ${quoted}be enclosed in quotes`,
    )
  if (kind === 'word' && said.toLowerCase() === 'null') return null
  if (field.kind === 'datetime') {
    if (kind !== 'time' || !said.includes('T')) throw wrong('dateTime', 'not ')
    return Date.parse(said.replace(/([+-]\d\d)(\d\d)$/, '$1:$2'))
  }
  if (field.kind === 'boolean') {
    if (kind !== 'word' || !/^(true|false)$/i.test(said)) throw wrong('boolean', 'not ')
    return said.toLowerCase() === 'true' ? 1 : 0
  }
  if (field.kind === 'number') {
    if (kind !== 'number') throw wrong('double', 'not ')
    return Number(said)
  }
  if (kind !== 'text') throw wrong('string', '')
  return said.slice(1, -1).replaceAll(/\\(.)/g, '$1')
}
