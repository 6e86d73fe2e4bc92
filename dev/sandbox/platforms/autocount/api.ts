import { type Exchange, readJson, sendJson } from '../../http.ts'
import type { Thing } from '../../tools.ts'
import { nameOf, type AccountBook } from './book.ts'
import { listedDebtor } from './debtors.ts'
import { isListed } from './products.ts'
import { Refused } from './refused.ts'

const pageSize = 100
const creditors = [
  { AccNo: '400-0001', CompanyName: 'Apparel Supplier', CurrencyCode: 'MYR' },
  { AccNo: '400-0002', CompanyName: 'Furniture Supplier', CurrencyCode: 'MYR' },
]
/** The parameter that names one: of an invoice its number, of others the code. */
const named = (kind: string) => (kind === 'invoice' ? 'docNo' : 'code')

/** Answers about debtors, products and invoices of a book. */
export async function answerAboutBook(
  { req, res, query }: Exchange,
  book: AccountBook,
  { kind, action, address }: { kind: string; action: string | undefined; address: string },
): Promise<void> {
  const refuse = (statusCode: number, message: string) => sendJson(res, statusCode, { statusCode, message })
  const body = ['POST', 'PUT'].includes(req.method ?? '') ? await readJson(req) : undefined
  const id = query.get(named(kind))
  const asked = `${req.method} ${action ?? ''}`.trim()
  try {
    if (kind === 'creditor' && asked === 'GET listing') return sendJson(res, 200, pageOf(creditors, query.get('page')))
    if (!nameOf[kind]) return refuse(404, '404 Not Found.')
    if (asked === 'GET listing' || asked === 'POST listing')
      return sendJson(res, 200, listing(book, kind, asked, query, body))
    if (asked === 'POST') {
      const made = book.put(kind, undefined, asObject(body))
      const location = `${address}/${kind}?${new URLSearchParams({ [named(kind)]: String(nameOf[kind](made)) }).toString()}`
      res.writeHead(201, { 'content-length': '0', location }).end()
      return
    }
    if (id === null) return refuse(400, `The ${named(kind)} field is required.`)
    const there = book.get(kind, id)
    if (!there) return refuse(404, '404 Not Found.')
    if (asked === 'GET') return sendJson(res, 200, there)
    if (asked === 'PUT') book.put(kind, id, asObject(body))
    else if (asked === 'POST void' && kind === 'invoice') book.void(id)
    else return refuse(405, '405 Method Not Allowed.')
    res.writeHead(204).end()
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    refuse(error.status, error.message)
  }
}

/** At least an empty object has to be sent. */
function asObject(body: unknown): Thing {
  if (typeof body !== 'object' || body === null) throw new Refused('A non-empty request body is required.')
  return body as Thing
}

/** Debtors by GET, products by POST, invoices by either; an index behind the last page is an empty one. */
function listing(book: AccountBook, kind: string, asked: string, query: URLSearchParams, body: unknown): object {
  const isGet = asked.startsWith('GET')
  if (isGet ? kind === 'product' : kind === 'debtor') throw new Refused('405 Method Not Allowed.', 405)
  if (kind === 'debtor') {
    const all = book.list(kind).filter(({ isActive }) => query.get('activeOnly') !== 'true' || isActive)
    return pageOf(
      all.map(debtor => listedDebtor(debtor, query.getAll('field'))),
      query.get('page'),
    )
  }
  const { page, filter = {} } = (isGet ? { page: Number(query.get('page')) } : asObject(body)) as {
    page?: unknown
    filter?: Thing
  }
  const all = book.list(kind).filter(one => (kind === 'product' ? isListed(one, filter) : isModified(one, filter)))
  return pageOf(all, page)
}

/** Whether an invoice was changed in the days and times that are asked for. */
function isModified(invoice: Thing, { lastModifiedDate }: Thing): boolean {
  const { from, to } = (lastModifiedDate ?? {}) as { from?: unknown; to?: unknown }
  if (from === undefined && to === undefined) return true
  const form = /^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d)?$/
  if (typeof from !== 'string' || typeof to !== 'string' || !form.test(from) || !form.test(to))
    throw new Refused('The lastModifiedDate field is invalid.')
  const at = String((invoice['master'] as Thing)['lastModified'])
  return at >= from && at <= to
}

function pageOf(all: readonly object[], page: unknown): object {
  const index = Number(page)
  if (page === null || page === undefined || !Number.isInteger(index) || index < 1)
    throw new Refused('The page field is required.')
  return { data: all.slice((index - 1) * pageSize, index * pageSize), totalCount: all.length }
}
