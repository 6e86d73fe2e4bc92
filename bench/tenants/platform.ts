import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

// Receivers and platforms of the noisy side, a process of its own. The first part of a path says how it is answered:
//   /hang  never
//   /down  503
//   /slow  as QuickBooks does, two seconds a page, fifty pages of customers; at once and nothing after any message
//   /well  as QuickBooks does, at once
const pageMs = 2_000
const pages = 50
const rowsOfPage = 10

let over = false
process.on('message', () => (over = true))

function send(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

function customers(query: string): unknown {
  const start = Number(/startposition (\d+)/.exec(query)?.[1] ?? 1)
  const size = Number(/maxresults (\d+)/.exec(query)?.[1] ?? 100)
  if (over || start > pages * size) return { QueryResponse: {} }
  const found = Array.from({ length: size }, (_, n) => ({
    ...{ Id: String(start + n), SyncToken: '0', DisplayName: `Customer ${(start + n) % rowsOfPage}`, Active: true },
    MetaData: { LastUpdatedTime: '2026-01-01T00:00:00Z' },
  }))
  return { QueryResponse: { Customer: found, startPosition: start } }
}

const server = createServer((request, response) => {
  request.resume().on('end', () => {
    const url = new URL(request.url ?? '/', 'http://platform')
    const [, trouble, ...path] = url.pathname.split('/')
    if (trouble === 'hang') return
    if (trouble === 'down') return send(response, {}, 503)
    if (path.at(-1) === 'query') {
      const body = () => send(response, customers(url.searchParams.get('query') ?? ''))
      return void sleep(over ? 0 : pageMs).then(body)
    }
    if (path.at(-1) === 'cdc') return send(response, { CDCResponse: [{ QueryResponse: [{}] }] })
    if (path.at(-2) === 'companyinfo') return send(response, { CompanyInfo: { CompanyName: 'A company' } })
    send(response, {})
  })
})
// On every loopback address: they are hosts of their own for the hub.
server.listen(0, () => process.send?.((server.address() as AddressInfo).port))

// Whoever started it is gone.
process.on('disconnect', () => process.exit())
