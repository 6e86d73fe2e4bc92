import { lowestIdAt } from '../../src/ids.ts'
import { createPartitions } from '../../src/db/partitions.ts'
import { Kysely, PostgresDialect } from 'kysely'
import { besideBaseline, type BenchOptions, type Row } from '../row.ts'
import { measure } from './measure.ts'
import type { Scene } from './scene.ts'

const finished = 1_000_000
const waiting = 100_000
const days = 4
const dayMs = 86_400_000
/** Instants that the stored events are spread over. */
const instants = 1_000

/**
 * Single publishes on empty tables, and again with a million finished deliveries stored and 100,000 that wait for a dead
 * endpoint: the ratio of the two speeds.
 */
export async function onStoredTables(scene: Scene, options: BenchOptions): Promise<Row[]> {
  const { say, seconds } = options
  const load = { type: 'a.b', bulk: 1, seconds }
  await emptyTables(scene)
  const empty = await measure(scene, { name: 'one at a time, empty tables', load, goals: [] }, say)
  await emptyTables(scene)
  say(`storing ${finished} finished deliveries`)
  await storeFinished(scene)
  say(`publishing ${waiting} events for a dead endpoint`)
  await waitForDead(scene)
  await scene.pool.query('vacuum analyze')
  const name = 'the same, 1,000,000 finished and 100,000 waiting'
  const goals = [{ of: 'ratio', atLeast: 0.85 } as const]
  const full = besideBaseline(await measure(scene, { name, load, goals }, say), empty.perSecond!)
  await emptyTables(scene)
  return [empty, full]
}

/** What earlier rows left would be in the way of "empty". Endpoints stay. */
async function emptyTables({ pool }: Scene): Promise<void> {
  await pool.query('truncate events, event_payloads, deliveries, delivery_attempts, delivery_queue, event_keys')
  await pool.query('vacuum analyze')
}

/** Rows as the hub writes them, over the days until yesterday; every twentieth delivery failed. */
async function storeFinished({ pool, workspaceId }: Scene): Promise<void> {
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) })
  await createPartitions(db, Date.now() - days * dayMs)
  const until = Math.floor(Date.now() / dayMs) * dayMs
  const times = Array.from({ length: instants }, (_, n) => {
    const at = until - days * dayMs + (n * days * dayMs) / instants
    return lowestIdAt('event', new Date(at)).slice(4, 14)
  })
  const { rows } = await pool.query<{ id: string }>("select id from endpoints where event_types = '{a.b}'")
  const series = `unnest($1::text[]) as time, generate_series(1, ${finished / instants}) as n`
  const suffix = "time || lpad(n::text, 16, '0')"
  await pool.query(
    `insert into events (id, workspace_id, type, size, payload_days)
     select 'evt_' || ${suffix}, $2, 'a.b', 430, 30 from ${series}`,
    [times, workspaceId],
  )
  await pool.query(
    `insert into event_payloads (payload_days, event_id, body)
     select 30, 'evt_' || ${suffix}, convert_to(repeat(md5(time || n), 13), 'UTF8') from ${series}`,
    [times],
  )
  await pool.query(
    `insert into deliveries (id, workspace_id, endpoint_id, event_id, status, reason, attempts, finished_at, sent_at,
       duration_ms, status_code, error, answer, worker, endpoint_version)
     select 'dlv_' || ${suffix}, $2, $3, 'evt_' || ${suffix}, case when n % 20 = 0 then 'failed' else 'delivered' end,
       case when n % 20 = 0 then 'exhausted' end, 1 + n % 3, now() - interval '1 day', now() - interval '1 day', n % 200,
       case when n % 20 = 0 then 500 else 200 end, case when n % 20 = 0 then 'status 500' end, '{"ok":true}', 'bench:1', 1
     from ${series}`,
    [times, workspaceId, rows[0]!.id],
  )
}

/** An endpoint nobody listens at, whose recovery `reconcile` starts; what is published for it waits as held. */
async function waitForDead(scene: Scene): Promise<void> {
  const dead = { url: 'http://127.0.0.1:9/dead', eventTypes: ['dead.one'] }
  const { id } = await scene.api<{ id: string }>('POST', '/v1/endpoints', dead)
  await scene.pool.query(
    `update endpoints set mode = 'recovering', epoch = epoch + 1, failures = 3, last_error = 'connect',
       failing_since = now(), next_probe_at = now() - interval '2 minutes' where id = $1`,
    [id],
  )
  await scene.pool.query('update delivery_settings set endpoints_version = endpoints_version + 1')
  const events = Array.from({ length: 1_000 }, (_, n) => ({ type: 'dead.one', data: { n, pad: 'x'.repeat(300) } }))
  for (let published = 0; published < waiting; published += events.length) {
    await scene.api('POST', '/v1/events', { events })
  }
}
