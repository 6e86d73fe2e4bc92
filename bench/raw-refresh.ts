import pg from 'pg'
import { Pool } from 'undici'

// The raw baseline of refreshing: so many token requests at once, one write for each. No API, no Temporal, no seals, no leases.
//   node bench/raw-refresh.ts DATABASE_URL TOKEN_URL COUNT    prints one JSON line

const [databaseUrl = '', tokenUrl = '', countText = ''] = process.argv.slice(2)
const count = Number(countText)
const atOnce = 48
const db = new pg.Pool({ connectionString: databaseUrl, max: 10 })
const http = new Pool(new URL(tokenUrl).origin, { connections: atOnce })
const { pathname } = new URL(tokenUrl)
const headers = {
  'content-type': 'application/x-www-form-urlencoded',
  accept: 'application/json',
  authorization: `Basic ${Buffer.from('bench:bench').toString('base64')}`,
}

await db.query(`drop table if exists raw_tokens;
  create table raw_tokens (id text primary key, access_token text, refresh_token text not null, expires_at timestamptz)`)
await db.query(
  `insert into raw_tokens (id, refresh_token) select 'token_' || n, 'refresh-' || n from generate_series(1, $1::int) n`,
  [count],
)

const { rows } = await db.query<{ id: string; refresh_token: string }>('select id, refresh_token from raw_tokens')
const started = performance.now()
const refresher = async () => {
  for (let row = rows.pop(); row; row = rows.pop()) {
    const body = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: row.refresh_token }).toString()
    const answer = await http.request({ path: pathname, method: 'POST', headers, body })
    const token = (await answer.body.json()) as { access_token: string; refresh_token: string; expires_in: number }
    await db.query({
      name: 'store',
      text: `update raw_tokens set access_token = $2, refresh_token = $3, expires_at = now() + $4 * interval '1 second'
        where id = $1`,
      values: [row.id, token.access_token, token.refresh_token, token.expires_in],
    })
  }
}
await Promise.all(Array.from({ length: atOnce }, refresher))
const perSecond = Math.round(count / ((performance.now() - started) / 1_000))
await db.query('drop table raw_tokens')
const { user, system } = process.cpuUsage()
console.log(JSON.stringify({ perSecond, cpuMs: (user + system) / 1_000 / count }))
process.exit(0)
