import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { ledgerAnswer } from './ledger-rows.ts'

// The source of the sync benchmark, a process of its own: the same customers on three wires, pages kept as bytes once made,
// so that the source is not what is measured.
//   GET /customers?cursor=N&limit=L                      plain: { items, next }, as the raw loop reads it
//   GET /v3/company/REALM/query?query=select …           QuickBooks Online, as the product reads it
//   /ledger/…                                            a platform that a workspace posts: see ledger-rows.ts
// A message { advance: true } changes one customer of a hundred; it is answered when the pages are made again.

const [customers, plainRows] = process.argv.slice(2).map(Number) as [number, number]
const kept = new Map<string, { body: Buffer; make: () => unknown }>()
const changedOf = 100
/** How often rows have changed, and when they did so last. */
let generation = 0
let advancedAt = new Date(0)

function page(key: string, make: () => unknown): Buffer {
  const before = kept.get(key)
  if (before) return before.body
  const body = Buffer.from(JSON.stringify(make()))
  kept.set(key, { body, make })
  return body
}

function range<Item>(total: number, from: number, size: number, item: (index: number) => Item): Item[] {
  const count = Math.max(0, Math.min(size, total - from))
  return Array.from({ length: count }, (_, offset) => item(from + offset))
}

/** How often a row has changed: one in a hundred does each time. */
const changesOf = (i: number) => Math.floor((generation + changedOf - 1 - (i % changedOf)) / changedOf)
const phone = (i: number) => `+601${2 + (changesOf(i) % 8)}${String(i).padStart(7, '0')}`
const isLast = (i: number) => generation > 0 && (generation - 1) % changedOf === i % changedOf
const time = (i: number) => (isLast(i) ? advancedAt : new Date(1.7e12 + i * 1000 + changesOf(i))).toISOString()

function plain(i: number) {
  return {
    ...{ id: `c${i}`, name: `Customer ${i}`, email: `c${i}@example.com`, phone: phone(i), balance: i % 1000 },
    ...{ currency: 'MYR', active: true },
    address: { line1: `${i} Jalan Satu`, city: 'Kuala Lumpur', postcode: '50000', country: 'MY' },
    updatedAt: time(i),
  }
}

function quickbooks(i: number) {
  return {
    ...{
      Id: `${i + 1}`,
      SyncToken: String(changesOf(i)),
      DisplayName: `Customer ${i}`,
      Active: true,
      Balance: i % 1000,
    },
    PrimaryEmailAddr: { Address: `c${i}@example.com` },
    PrimaryPhone: { FreeFormNumber: phone(i) },
    CurrencyRef: { value: 'MYR' },
    BillAddr: { Line1: `${i} Jalan Satu`, City: 'Kuala Lumpur', PostalCode: '50000', Country: 'MY' },
    MetaData: { LastUpdatedTime: time(i) },
  }
}

/** What has changed since a time, as QuickBooks' change data capture tells it. */
function changes(since: string | null) {
  const isDue = generation > 0 && since !== null && Date.parse(since) <= advancedAt.getTime()
  const changed = isDue ? range(customers, 0, customers, i => i).filter(isLast) : []
  return { CDCResponse: [{ QueryResponse: [changed.length === 0 ? {} : { Customer: changed.map(quickbooks) }] }] }
}

function answer(url: URL): Buffer | undefined {
  if (url.pathname === '/customers') {
    const [cursor, limit] = [Number(url.searchParams.get('cursor')), Number(url.searchParams.get('limit'))]
    return page(`plain ${cursor} ${limit}`, () => ({
      items: range(plainRows, cursor, limit, plain),
      next: cursor + limit < plainRows ? cursor + limit : null,
    }))
  }
  if (url.pathname.endsWith('/query')) {
    const found = /startposition (\d+) maxresults (\d+)/.exec(url.searchParams.get('query') ?? '')
    const [start, max] = [Number(found?.[1] ?? 1), Number(found?.[2] ?? 100)]
    return page(`query ${start} ${max}`, () => {
      const found = range(customers, start - 1, max, quickbooks)
      return { QueryResponse: found.length === 0 ? {} : { Customer: found, startPosition: start } }
    })
  }
  if (url.pathname.endsWith('/cdc')) return Buffer.from(JSON.stringify(changes(url.searchParams.get('changedSince'))))
  const realm = /\/companyinfo\/(\d+)$/.exec(url.pathname)?.[1]
  if (realm) return page(`company ${realm}`, () => ({ CompanyInfo: { Id: realm, CompanyName: `Company ${realm}` } }))
  return undefined
}

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://rows')
  const send = (status: number, body: Buffer | string) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(body)
  if (!url.pathname.startsWith('/ledger/')) {
    const body = answer(url)
    return void send(body ? 200 : 404, body ?? '{}')
  }
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const account = request.headers.authorization?.replace('Bearer ', '') ?? ''
  const told = ledgerAnswer(account, request.method ?? 'GET', url, Buffer.concat(chunks).toString())
  if (told.afterMs > 0) await sleep(told.afterMs)
  send(told.status, JSON.stringify(told.body))
}

const server = createServer((request, response) => void serve(request, response))
process.on('message', () => {
  generation++
  advancedAt = new Date()
  for (const [key, { make }] of kept) kept.set(key, { body: Buffer.from(JSON.stringify(make())), make })
  process.send?.('advanced')
})
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))
process.on('disconnect', () => process.exit())
