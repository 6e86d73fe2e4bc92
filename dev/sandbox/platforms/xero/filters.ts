import type { SQLInputValue } from 'node:sqlite'
import type { Books, Entity } from './entities.ts'
import type { Kind } from './kinds.ts'
import { badRequest, queryFault } from './problems.ts'

const largestPage = 1000
const condition =
  /^\s*(?<field>\w+(?:\.\w+)?)\s*(?<operator>==|!=|>=|<=|>|<)\s*(?:"(?<text>[^"]*)"|(?:Guid|guid)\("(?<guid>[^"]+)"\)|DateTime\((?<date>\d{4},\s*\d{1,2},\s*\d{1,2})\)|(?<number>-?[\d.]+)|(?<flag>true|false))\s*(?:(?<joint>AND|and|&&|OR|or|\|\|)\s*|$)/

/** A page of a list, or all of it; throws what Xero answers to a filter that it cannot read. */
export function listed(
  { storage, tenant }: Books,
  kind: Kind,
  query: URLSearchParams,
  since: string | undefined,
): { rows: Entity[]; pagination?: object } {
  const clauses = ['tenant = ?', 'kind = ?']
  const values: SQLInputValue[] = [tenant, kind.plural]
  const and = (clause: string, ...more: SQLInputValue[]) => {
    clauses.push(clause)
    values.push(...more)
  }
  if (since !== undefined) and('updated_ms >= ?', sinceMs(since))
  if (query.get('includeArchived') !== 'true') and('archived = 0')
  for (const [name, path] of Object.entries(among)) {
    const list = query.get(name)?.split(',')
    if (list) and(`json_extract(body, '$.${path ?? kind.idName}') IN (${list.map(() => '?').join(', ')})`, ...list)
  }
  const search = query.get('searchTerm')
  if (search) and(`(name LIKE ? OR json_extract(body, '$.EmailAddress') LIKE ?)`, `%${search}%`, `%${search}%`)
  const found = conditions(query.get('where') ?? '')
  if (found.length > 0)
    and(`(${found.map(({ sql, joint }) => `${sql} ${joint}`).join(' ')})`, ...found.map(({ value }) => value))
  const where = clauses.join(' AND ')
  const order = orderOf(query.get('order'))
  const rowsOf = (limit: string, ...more: SQLInputValue[]) =>
    storage
      .all<{ body: string }>(
        `SELECT body FROM xero_entities WHERE ${where} ORDER BY ${order} ${limit}`,
        ...values,
        ...more,
      )
      .map(({ body }) => JSON.parse(body) as Entity)
  const page = kind.isPaged && (query.has('page') || query.has('pageSize')) ? pageOf(query) : undefined
  if (!page) return { rows: rowsOf('').map(row => kind.summary?.(row) ?? row) }
  const { page: number, size } = page
  const total = storage.get<{ total: number }>(`SELECT count(*) AS total FROM xero_entities WHERE ${where}`, ...values)
  const itemCount = total?.total ?? 0
  const pagination = { page: number, pageSize: size, pageCount: Math.ceil(itemCount / size), itemCount }
  return { rows: rowsOf('LIMIT ? OFFSET ?', size, (number - 1) * size), pagination }
}

/** Parameters that name what is wanted, and the member that has it: the id unless one is said. */
const among: Record<string, string | undefined> = {
  ...{ IDs: undefined, InvoiceNumbers: 'InvoiceNumber', ContactIDs: 'Contact.ContactID', Statuses: 'Status' },
}

function pageOf(query: URLSearchParams): { page: number; size: number } {
  const [page, size] = [Number(query.get('page') ?? 1), Number(query.get('pageSize') ?? 100)]
  if (!Number.isInteger(page) || page < 1) throw badRequest('The page must be a number from 1')
  if (!Number.isInteger(size) || size < 1 || size > largestPage)
    throw badRequest(`The pageSize must be between 1 and ${largestPage}`)
  return { page, size }
}

/** `yyyy-mm-ddThh:mm:ss` in UTC, or as HTTP has dates; whole seconds. */
function sinceMs(text: string): number {
  const ms = Date.parse(/^\d{4}-\d\d-\d\dT[\d:.]+$/.test(text) ? `${text}Z` : text)
  if (Number.isNaN(ms)) throw badRequest('If-Modified-Since is not a valid date')
  return Math.floor(ms / 1000) * 1000
}

function orderOf(order: string | null): string {
  if (!order) return 'seq'
  const [, field, direction = 'ASC'] = /^(\w+)(?:\s+(ASC|DESC))?$/i.exec(order) ?? []
  if (field === undefined) throw queryFault(`Cannot order by ${order}`)
  if (field === 'UpdatedDateUTC') return `updated_ms ${direction}, seq`
  return /ID$/.test(field) ? `id ${direction}` : `json_extract(body, '$.${field}') ${direction}, seq`
}

interface Condition {
  sql: string
  value: SQLInputValue
  /** What joins it to the next; AND binds more than OR, as in C#. */
  joint: string
}

function conditions(where: string): Condition[] {
  const found: Condition[] = []
  for (let rest = where; rest.trim() !== '';) {
    const match = condition.exec(rest)
    if (!match?.groups) throw queryFault(`Syntax error in "${rest.slice(0, 40)}"`)
    const { field, operator, text, guid, date, number, flag, joint: said } = match.groups
    const joint = said === undefined ? '' : /or|\|\|/i.test(said) ? 'OR' : 'AND'
    const column = `json_extract(body, '$.${field}')`
    const by = operator === '==' ? '=' : operator
    if (date === undefined) {
      const value = text ?? guid ?? (number === undefined ? (flag === 'true' ? 1 : 0) : Number(number))
      found.push({ sql: `${column} ${by} ?`, value, joint })
    } else {
      const [year = 0, month = 1, day = 1] = date.split(',').map(Number)
      const ms = Date.UTC(year, month - 1, day)
      found.push({ sql: `CAST(substr(${column}, 7, instr(${column}, '+') - 7) AS INTEGER) ${by} ?`, value: ms, joint })
    }
    rest = rest.slice(match[0].length)
    if (joint !== '' && rest.trim() === '') throw queryFault(`Syntax error in "${where.slice(-40)}"`)
  }
  return found
}
