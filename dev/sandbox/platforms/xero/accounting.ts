import { batchPayments } from './batch-payments.ts'
import { contacts } from './contacts.ts'
import { overpayments, prepayments } from './credits.ts'
import { type Books, type Entity, getEntity } from './entities.ts'
import { listed } from './filters.ts'
import { invoices } from './invoices.ts'
import { items } from './items.ts'
import type { Asked, Kind } from './kinds.ts'
import { accounts, currencies, shownRate, taxRates } from './organisations.ts'
import { payments } from './payments.ts'
import { notFound, problem } from './problems.ts'
import { answeredBefore, keepAnswer, writeNamed, writeRows } from './writes.ts'

export const kinds: readonly Kind[] = [
  ...[contacts, items, invoices, payments, batchPayments, prepayments, overpayments],
]

/** What every organisation has from the start, and can only be read here. */
const fixed: Record<string, { scopes: readonly string[]; rows: () => object[] }> = {
  Accounts: { scopes: ['settings'], rows: () => accounts },
  TaxRates: { scopes: ['settings'], rows: () => taxRates.map(shownRate) },
  Currencies: { scopes: ['settings'], rows: () => currencies.map(Code => ({ Code, Description: Code })) },
}

export interface AccountingCall {
  method: string
  resource: string
  id: string | undefined
  query: URLSearchParams
  headers: Record<string, string | string[] | undefined>
  text: string
}

/** Which scopes open a resource; undefined where there is none. */
export const scopesOf = (resource: string): readonly string[] | undefined =>
  kinds.find(({ plural }) => plural === resource)?.scopes ?? fixed[resource]?.scopes

/** The rest of an answer of the accounting API after its envelope; throws problems. */
export function answerAccounting(books: Books, call: AccountingCall): { status: number; body: Entity | undefined } {
  const { method, resource, id, query, headers } = call
  const rows = fixed[resource]?.rows()
  if (rows) return { status: 200, body: { [resource]: rows } }
  const kind = kinds.find(({ plural }) => plural === resource)
  if (!kind) throw notFound()
  if (method === 'GET' && id === undefined) {
    const since = headers['if-modified-since']
    const { rows: found, pagination } = listed(books, kind, query, typeof since === 'string' ? since : undefined)
    return { status: 200, body: { ...(pagination ? { pagination } : {}), [kind.plural]: found } }
  }
  if (method === 'GET') return { status: 200, body: { [kind.plural]: [named(books, kind, id!)] } }
  if (method === 'DELETE' && id !== undefined && kind.delete) {
    kind.delete(books, named(books, kind, id))
    return { status: 204, body: undefined }
  }
  if ((method !== 'PUT' && method !== 'POST') || kind.isReadOnly)
    throw problem(405, 'Method Not Allowed', `${method} is not taken here`)
  const asked: Asked = { method, unitPlaces: query.get('unitdp') === '4' ? 4 : 2 }
  return once(books, kind, call, () => {
    const body = parsed(call.text)
    if (id !== undefined) return writeNamed(books, kind, String(named(books, kind, id)[kind.idName]), body, asked)
    return writeRows(books, kind, body, asked, query)
  })
}

function once(books: Books, kind: Kind, { method, resource, headers, text }: AccountingCall, work: () => Entity[]) {
  const header = headers['idempotency-key']
  const key = typeof header === 'string' ? header : undefined
  const request = `${method} ${resource} ${text}`
  const before = answeredBefore(books, key, request)
  if (before) return { status: before.status, body: JSON.parse(before.body) as Entity }
  const body = { [kind.plural]: work() }
  keepAnswer(books, key, request, { status: 200, body: JSON.stringify(body) })
  return { status: 200, body }
}

function named(books: Books, kind: Kind, id: string): Entity {
  const found = getEntity(books, kind.plural, id) ?? kind.named?.(books, decodeURIComponent(id))
  if (!found) throw notFound()
  return found
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
