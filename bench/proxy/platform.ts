import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

// The platform of the proxy's benchmark, a process of its own: an account by any key, and two kilobytes of JSON.

const item = Buffer.from(JSON.stringify({ id: 'item', text: 'x'.repeat(2_000) }))

const server = createServer((request, response) => {
  const path = request.url!.split('?')[0]!
  const account = () =>
    Buffer.from(JSON.stringify({ id: request.headers.authorization!.slice(-12), object: 'account' }))
  const body = path.endsWith('/account') ? account() : item
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length }).end(body)
})
server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))

// Whoever started it is gone.
process.on('disconnect', () => process.exit())
