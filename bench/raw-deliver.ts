import { fork } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { Pool } from 'undici'

// The raw baseline of delivery: claim a batch (SKIP LOCKED), sign, POST over keep-alive, one bulk write of results. No API,
// no Temporal, one Node process; the receiver is another.
//   node bench/raw-deliver.ts DATABASE_URL SECONDS    prints one JSON line

const file = fileURLToPath(import.meta.url)
const batch = 200

interface Claimed {
  id: number
  body: string
}

async function receive(): Promise<void> {
  const server = createServer((request, response) => {
    request.resume()
    request.on('end', () => response.writeHead(204).end())
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  process.send?.(typeof address === 'object' ? address?.port : 0)
}

async function deliver(databaseUrl: string, seconds: number): Promise<void> {
  const receiver = fork(file, ['receive'])
  const port = await new Promise<number>(resolve => receiver.once('message', message => resolve(Number(message))))
  const db = new pg.Pool({ connectionString: databaseUrl, max: 10 })
  await db.query(`drop schema if exists raw_deliver cascade; create schema raw_deliver;
    create table raw_deliver.events (id bigserial primary key, body text not null, created_at timestamptz default now());
    create table raw_deliver.queue (id bigserial primary key, event_id bigint not null, status smallint not null default 0,
      attempts int not null default 0, due_at timestamptz not null default now());
    create index on raw_deliver.queue (due_at) where status = 0;
    create table raw_deliver.attempts (id bigserial primary key, delivery_id bigint not null, code int, ms int,
      at timestamptz default now())`)
  const body = JSON.stringify({ type: 'a.b', data: { seq: 1, at: 1, pad: 'x'.repeat(300) } })
  const fill = (rows: number) =>
    db.query(
      `with e as (insert into raw_deliver.events (body) select $1 from generate_series(1, $2) returning id)
       insert into raw_deliver.queue (event_id) select id from e`,
      [body, rows],
    )
  for (let rows = 0; rows < seconds * 15_000; rows += 10_000) await fill(10_000)
  const pool = new Pool(`http://127.0.0.1:${port}`, { connections: 64 })
  const key = Buffer.alloc(32, 7)
  const send = async (row: Claimed): Promise<[number, number, number]> => {
    const started = Date.now()
    const timestamp = String(Math.floor(started / 1000))
    const signature = createHmac('sha256', key).update(`${row.id}.${timestamp}.${row.body}`).digest('base64')
    const answer = await pool.request({
      path: '/',
      method: 'POST',
      body: row.body,
      headers: {
        'content-type': 'application/json',
        'webhook-id': String(row.id),
        'webhook-timestamp': timestamp,
        'webhook-signature': `v1,${signature}`,
      },
    })
    await answer.body.dump()
    return [row.id, answer.statusCode, Date.now() - started]
  }
  let done = 0
  const started = performance.now()
  const loop = async () => {
    while (performance.now() - started < seconds * 1_000) {
      const { rows } = await db.query<Claimed>(
        `update raw_deliver.queue q set status = 1, attempts = attempts + 1
         from (select id from raw_deliver.queue where status = 0 and due_at <= now() order by due_at limit ${batch}
           for update skip locked) c, raw_deliver.events e
         where q.id = c.id and e.id = q.event_id returning q.id, e.body`,
      )
      if (rows.length === 0) return
      const results = await Promise.all(rows.map(send))
      await db.query(
        `with r as (select * from unnest($1::bigint[], $2::int[], $3::int[]) as r(id, code, ms)),
           a as (insert into raw_deliver.attempts (delivery_id, code, ms) select id, code, ms from r)
         update raw_deliver.queue q set status = 2 from r where q.id = r.id`,
        [results.map(result => result[0]), results.map(result => result[1]), results.map(result => result[2])],
      )
      done += rows.length
    }
  }
  await Promise.all([loop(), loop(), loop()])
  const perSecond = Math.round(done / ((performance.now() - started) / 1_000))
  console.log(JSON.stringify({ name: 'raw-deliver', perSecond, done }))
  await db.query('drop schema raw_deliver cascade')
  receiver.kill()
  process.exit(0)
}

if (process.argv[2] === 'receive') await receive()
else await deliver(process.argv[2] ?? '', Number(process.argv[3] ?? 30))
