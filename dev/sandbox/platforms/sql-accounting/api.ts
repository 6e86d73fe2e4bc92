import { type Exchange, sendJson } from '../../http.ts'
import { textOf } from '../../text.ts'
import type { Thing, Tools } from '../../tools.ts'
import { booksOf, type Books } from './books.ts'
import { kinds } from './kinds.ts'
import { Refused } from './refused.ts'

/** A list has no more at once: https://docs.sql.com.my/sqlacc/sql-account-api/faq */
const mostAtOnce = 50

/** Answers about customers, stock items and sales invoices of the company that a key opens. */
export function answerAboutBooks(
  { req, res, path, query }: Exchange,
  tools: Tools,
  account: string,
  body: Buffer,
): void {
  const [, kind = '', rest] = /^\/(\w+)(?:\/(.*))?$/.exec(path) ?? []
  const id = rest === undefined || rest === '' ? undefined : decodeURIComponent(rest)
  const refuse = (status: number, message: string) => sendJson(res, status, { error: { message } })
  const one = (thing: Thing | undefined) => sendJson(res, 200, { data: thing ? [thing] : [] })
  const books = booksOf(tools, account)
  try {
    if (!kinds[kind]) return refuse(404, 'Not Found')
    switch (req.method ?? '') {
      case 'GET':
        if (id !== undefined && id !== '*') return one(books.get(kind, id))
        return id === '*' ? one(found(books, kind, query)[0]) : list(books, kind, query, res)
      case 'POST':
        return id === undefined ? one(books.put(kind, undefined, fieldsOf(body))) : refuse(405, 'Method Not Allowed')
      case 'PUT': {
        const changed = id === undefined ? undefined : books.update(kind, id, fieldsOf(body))
        return changed ? one(changed) : refuse(404, 'Not Found')
      }
      case 'DELETE':
        return id !== undefined && books.remove(kind, id)
          ? sendJson(res, 200, { success: true })
          : refuse(404, 'Not Found')
      default:
        return refuse(405, 'Method Not Allowed')
    }
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    refuse(error.status, error.message)
  }
}

function fieldsOf(body: Buffer): Thing {
  const fields: unknown = JSON.parse(body.toString('utf8') || 'null')
  if (typeof fields !== 'object' || fields === null || Object.keys(fields).length === 0)
    throw new Refused('The body is empty')
  return fields as Thing
}

/** A list shows the master fields alone: no rows of what it lists. */
function list(books: Books, kind: string, query: URLSearchParams, res: Exchange['res']): void {
  const [offset, limit] = [Number(query.get('offset') ?? 0), Number(query.get('limit') ?? mostAtOnce)]
  if (!(Number.isInteger(offset) && offset >= 0) || !(Number.isInteger(limit) && limit > 0))
    throw new Refused('offset and limit are whole numbers')
  const shown = found(books, kind, query).slice(offset, offset + Math.min(limit, mostAtOnce))
  const data = shown.map(({ [kinds[kind]!.rows]: _rows, ...master }) => master)
  sendJson(res, 200, { pagination: { offset, limit, count: data.length }, data })
}

/** Those whose master fields are what the query says, exactly; in the order of their codes and keys. */
function found(books: Books, kind: string, query: URLSearchParams): Thing[] {
  const filters = [...query].filter(([name]) => name !== 'offset' && name !== 'limit')
  const unknown = filters.find(([name]) => !(name in kinds[kind]!.fields))
  if (unknown) throw new Refused(`Field '${unknown[0]}' not found`)
  const { key } = kinds[kind]!
  const order = (a: Thing, b: Thing) =>
    key === 'dockey' ? Number(a[key]) - Number(b[key]) : String(a[key]) < String(b[key]) ? -1 : 1
  const isMeant = (thing: Thing) => filters.every(([name, value]) => textOf(thing[name] ?? '') === value)
  return books.list(kind).filter(isMeant).sort(order)
}
