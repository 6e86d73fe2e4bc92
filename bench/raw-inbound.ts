import { createHmac, timingSafeEqual } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import pg from 'pg'

// The raw baseline of receiving webhooks: one signature verified and one row written for each. No look-up of an app, no
// duplicates, no routing. A process of its own:
//   node bench/raw-inbound.ts DATABASE_URL SECRET    sends its port

const [databaseUrl = '', secret = ''] = process.argv.slice(2)
const db = new pg.Pool({ connectionString: databaseUrl, max: 10 })
// Postgres ends before this process does.
db.on('error', () => undefined)
await db.query(`drop table if exists raw_inbound;
  create table raw_inbound (id bigint generated always as identity primary key, headers jsonb not null, body bytea not null)`)

const server = createServer((request, response) => {
  void buffer(request).then(async body => {
    const given = Buffer.from(String(request.headers['intuit-signature']), 'base64')
    const right = createHmac('sha256', secret).update(body).digest()
    if (given.length !== right.length || !timingSafeEqual(given, right)) return response.writeHead(401).end()
    JSON.parse(body.toString())
    await db.query({
      name: 'store',
      text: 'insert into raw_inbound (headers, body) values ($1, $2)',
      values: [JSON.stringify(request.headers), body],
    })
    response.writeHead(202, { 'content-type': 'application/json' }).end('{"accepted":1,"duplicates":0}')
  })
})
server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))

// Whoever started it is gone.
process.on('disconnect', () => process.exit())
