import { createHash } from 'node:crypto'
import pg from 'pg'
import { Pool } from 'undici'

// The raw baseline of sync: fetch pages (four at once), hash, bulk upsert what differs. No API, no Temporal, no links.
//   node bench/sync/raw-pull.ts DATABASE_URL ROWS_URL TOTAL SECONDS    prints one JSON line

const [databaseUrl = '', rowsUrl = '', totalText = '', secondsText = ''] = process.argv.slice(2)
const [total, seconds] = [Number(totalText), Number(secondsText)]
const limit = 1_000
const db = new pg.Pool({ connectionString: databaseUrl, max: 8 })
const http = new Pool(rowsUrl, { connections: 8 })

const upsert = `
  insert into raw_rows (id, hash, data) select * from unnest($1::text[], $2::bytea[], $3::jsonb[])
  on conflict (id) do update set data = excluded.data, hash = excluded.hash, version = raw_rows.version + 1,
    updated_at = now() where raw_rows.hash <> excluded.hash`

async function empty(): Promise<void> {
  await db.query(`drop table if exists raw_rows;
    create table raw_rows (id text primary key, hash bytea not null, data jsonb not null, version int not null default 1,
      updated_at timestamptz not null default now())`)
}

/** One load of everything; gives how long it took. */
async function load(): Promise<number> {
  const started = performance.now()
  let next = 0
  const puller = async () => {
    while (next < total) {
      const cursor = next
      next += limit
      const answer = await http.request({ path: `/customers?cursor=${cursor}&limit=${limit}`, method: 'GET' })
      const { items } = (await answer.body.json()) as { items: { id: string }[] }
      const data = items.map(item => JSON.stringify(item))
      const hashes = data.map(text => createHash('sha256').update(text).digest())
      await db.query(upsert, [items.map(item => item.id), hashes, data])
    }
  }
  await Promise.all([puller(), puller(), puller(), puller()])
  return performance.now() - started
}

/** Loads again and again for so long; gives rows a second. */
async function measure(before: () => Promise<void>): Promise<number> {
  let [rows, ms] = [0, 0]
  while (ms < seconds * 1_000) {
    await before()
    ms += await load()
    rows += total
  }
  return Math.round(rows / (ms / 1_000))
}

await empty()
await load()
const firstLoad = await measure(empty)
const unchanged = await measure(() => Promise.resolve())
await db.query('drop table raw_rows')
console.log(JSON.stringify({ firstLoad, unchanged }))
process.exit(0)
