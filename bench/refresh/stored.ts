import type pg from 'pg'
import { besideBaseline, emptyRow, type Row } from '../row.ts'
import type { Refreshed } from './due.ts'
import type { RefreshScene } from './scene.ts'

const stored = 1_000_000
const looks = 200
/** The part of the claim that finds what is due; see `leaseDue` in src/connections/refresh/lease-due.ts. */
const claim = `select id, workspace_id from connections
  where refresh_at <= now() and recovery is null and status in ('connected', 'degraded', 'error') and lease_owner is null
  order by refresh_at, id limit 32`

/** The same due connections once more, among a million that are not due: what that costs, and how the claim finds them. */
export async function besideStored(
  { pool, groups }: RefreshScene,
  say: (line: string) => void,
  refresh: () => Promise<Refreshed>,
): Promise<Row[]> {
  const alone = await refresh()
  say(JSON.stringify(alone))
  const before = await claimMs(pool)
  say(`making ${stored} connections that are not due`)
  const workspaces = [...new Set(groups.map(group => group.workspaceId))]
  const made = 50_000
  for (let at = 0; at < stored; at += made) await insertIdle(pool, workspaces, at, made)
  await pool.query('vacuum analyze connections')
  const { rows } = await pool.query<{ 'QUERY PLAN': string }>(`explain (analyze, buffers, costs off) ${claim}`)
  for (const row of rows) say(row['QUERY PLAN'])
  const indexed = rows.some(row => row['QUERY PLAN'].includes('connections_refresh_due'))
  const after = await claimMs(pool)
  say(`a look at what is due: ${before.toFixed(2)} ms before, ${after.toFixed(2)} ms among them`)
  const among = await refresh()
  say(JSON.stringify(among))
  const row: Row = { ...emptyRow('among 1,000,000 stored; baseline: without them'), perSecond: among.perSecond }
  return [
    { ...besideBaseline(row, alone.perSecond), goals: [{ of: 'ratio', atLeast: 0.8 }] },
    {
      ...emptyRow('a look that finds nothing, among them; alone: without them'),
      ...{ p50Ms: after, aloneP99Ms: before, failed: indexed ? 0 : 1 },
      goals: [
        { of: 'p50Ms', atMost: 2 * before + 1 },
        { of: 'failed', atMost: 0 },
      ],
    },
  ]
}

/** How long a look at what is due takes while nothing is: the median. What is due costs the same wherever it lies. */
async function claimMs(pool: pg.Pool): Promise<number> {
  const times: number[] = []
  for (let look = 0; look < looks; look++) {
    const started = performance.now()
    await pool.query(claim)
    times.push(performance.now() - started)
  }
  return times.sort((a, b) => a - b)[looks / 2]!
}

async function insertIdle(pool: pg.Pool, workspaces: string[], from: number, count: number): Promise<void> {
  await pool.query(
    `insert into connections (id, workspace_id, provider, environment, auth_kind, method, status, external_account_id,
       generation, refresh_at, access_expires_at, check_at)
     select 'conn_idle' || n, ($1::text[])[1 + n % cardinality($1::text[])], 'github', 'production', 'oauth2', 'oauth',
       'connected', 'idle ' || n, 1, now() + interval '1 day' + n * interval '1 second', now() + interval '2 days',
       now() + interval '2 days'
     from generate_series($2::int, $2::int + $3::int - 1) n`,
    [workspaces, from, count],
  )
}
