import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

// The source of the sync benchmark, a process of its own: the same customers on two wires, pages kept as bytes once made,
// so that the source is not what is measured.
//   GET /customers?cursor=N&limit=L                      plain: { items, next }, as the raw loop reads it
//   GET /v3/company/REALM/query?query=select …           QuickBooks Online, as the product reads it

const [customers, plainRows] = process.argv.slice(2).map(Number) as [number, number]
const kept = new Map<string, Buffer>()

function page(key: string, make: () => unknown): Buffer {
  let body = kept.get(key)
  if (!body) kept.set(key, (body = Buffer.from(JSON.stringify(make()))))
  return body
}

function range<Item>(total: number, from: number, size: number, item: (index: number) => Item): Item[] {
  const count = Math.max(0, Math.min(size, total - from))
  return Array.from({ length: count }, (_, offset) => item(from + offset))
}

const phone = (i: number) => `+6012${String(i).padStart(7, '0')}`
const time = (i: number) => new Date(1.7e12 + i * 1000).toISOString()

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
    ...{ Id: `${i + 1}`, SyncToken: '0', DisplayName: `Customer ${i}`, Active: true, Balance: i % 1000 },
    PrimaryEmailAddr: { Address: `c${i}@example.com` },
    PrimaryPhone: { FreeFormNumber: phone(i) },
    CurrencyRef: { value: 'MYR' },
    BillAddr: { Line1: `${i} Jalan Satu`, City: 'Kuala Lumpur', PostalCode: '50000', Country: 'MY' },
    MetaData: { LastUpdatedTime: time(i) },
  }
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
  if (url.pathname.endsWith('/cdc')) return page('cdc', () => ({ CDCResponse: [{ QueryResponse: [{}] }] }))
  const realm = /\/companyinfo\/(\d+)$/.exec(url.pathname)?.[1]
  if (realm) return page(`company ${realm}`, () => ({ CompanyInfo: { Id: realm, CompanyName: `Company ${realm}` } }))
  return undefined
}

const server = createServer((request, response) => {
  const body = answer(new URL(request.url ?? '/', 'http://rows'))
  response.writeHead(body ? 200 : 404, { 'content-type': 'application/json' }).end(body ?? '{}')
})
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))
process.on('disconnect', () => process.exit())
