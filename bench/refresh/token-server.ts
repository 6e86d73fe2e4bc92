import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

// The token endpoints of the refresh benchmark, a process of its own. The first part of a path says how it is answered:
//   /well  a token, and a new refresh token; a dead grant where the refresh token says so
//   /down  503
//   /hang  never

let given = 0

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

const server = createServer((request, response) => {
  let body = ''
  request.setEncoding('utf8')
  request.on('data', (chunk: string) => (body += chunk))
  request.on('end', () => {
    const trouble = request.url?.split('/')[1]
    if (trouble === 'hang') return
    if (trouble === 'down') return send(response, 503, {})
    if (body.includes('dead-')) return send(response, 400, { error: 'invalid_grant' })
    const turn = ++given
    send(response, 200, {
      ...{ access_token: `access-${turn}-${'x'.repeat(800)}`, refresh_token: `refresh-${turn}-${'y'.repeat(40)}` },
      ...{ token_type: 'bearer', expires_in: 3600 },
    })
  })
})
// On every loopback address: they are hosts of their own for the hub.
server.listen(0, () => process.send?.((server.address() as AddressInfo).port))
process.on('disconnect', () => process.exit())
