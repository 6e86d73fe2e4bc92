import { setTimeout as sleep } from 'node:timers/promises'
import { Client, Connection } from '@temporalio/client'
import pg from 'pg'
import { emptyRow, type BenchOptions, type Row } from './row.ts'
import { setTenantScene, type Tenant } from './tenants/scene.ts'
import { insertHealthy } from './trouble/healthy.ts'
import { countSilent, detailsOf, watchList } from './trouble/listed.ts'
import { startTroubledPlatform } from './trouble/platform.ts'
import { beginTrouble, makeThings, mendThings, workflowsOf } from './trouble/things.ts'

const counts = { endpoints: 50, grants: 20, syncs: 10 }
const kinds = ['grants', 'endpoints', 'syncs'] as const
type Kind = (typeof kinds)[number]

const names: Record<Kind, string> = { grants: 'dead grants', endpoints: 'failing endpoints', syncs: 'failing syncs' }
/** What a person reads of each kind. */
const said: Record<Kind, RegExp> = {
  grants: /since \d{4}-.*TOKEN_EXPIRED.*\/reconnect/,
  endpoints: /Last error: status 500, failing since \d{4}-.*Next probe at/,
  syncs: /PROVIDER_ERROR/,
}
const listedWithinMs = 60_000
/** Endpoints are tried by themselves, up to 80 seconds later after a minute of trouble. */
const goneWithinMs: Record<Kind, number> = { grants: 60_000, endpoints: 180_000, syncs: 60_000 }
const publishEveryMs = 5_000

/**
 * Measures what an operator sees: things in trouble among 100,000 healthy rows are listed by the documented queries, these
 * and no others, within a minute; each says why; and they are gone when they are mended. `--only grants,endpoints` leaves
 * kinds out.
 */
export async function benchTrouble({ say, only }: BenchOptions): Promise<Row[]> {
  const measured = kinds.filter(kind => only === undefined || only.includes(kind))
  const scene = await setTenantScene(say)
  const platform = await startTroubledPlatform()
  const pool = new pg.Pool({ connectionString: scene.product.stack.databaseUrl, max: 2 })
  const connection = await Connection.connect({ address: scene.product.stack.temporal.address })
  const client = new Client({ connection })
  try {
    say(`${await insertHealthy(pool)} healthy rows`)
    const tenant = await scene.newTenant('trouble')
    const wanted = Object.fromEntries(kinds.map(kind => [kind, measured.includes(kind) ? counts[kind] : 0]))
    const things = await makeThings(tenant, platform.url, wanted as Record<Kind, number>)
    const workflows = workflowsOf(things)
    const all = kinds.flatMap(kind => workflows[kind])
    await firstSweep(client)
    say(`${all.length} things get into trouble`)
    const publishing = setInterval(() => void publish(tenant).catch(say), publishEveryMs)
    const [{ listed, seenMs }] = await Promise.all([
      watchList(client, all, 'listed', 2 * listedWithinMs),
      publish(tenant),
      beginTrouble(pool, tenant, things),
    ])
    const rows = measured.map(kind => rowOf(`${names[kind]}, listed`, workflows[kind], seenMs, listedWithinMs))
    const others = [...listed].filter(id => !all.includes(id))
    if (others.length > 0) say(`listed besides: ${others.slice(0, 20).join(', ')}`)
    rows.push({ ...emptyRow('others, listed'), failed: others.length, goals: [{ of: 'failed', atMost: 0 }] })
    let silent = 0
    for (const kind of measured) silent += await countSilent(client, workflows[kind], said[kind])
    rows.push({ ...emptyRow('that do not say why'), failed: silent, goals: [{ of: 'failed', atMost: 0 }] })
    say('they are mended')
    platform.mend()
    const [gone] = await Promise.all([
      watchList(client, all, 'gone', 2 * Math.max(...measured.map(kind => goneWithinMs[kind]))),
      mendThings(tenant, scene.product.apiUrl, things),
    ])
    clearInterval(publishing)
    for (const id of gone.listed) say(`still listed: ${id}: ${await detailsOf(client, id)}`)
    for (const kind of measured)
      rows.push(rowOf(`${names[kind]}, gone when mended`, workflows[kind], gone.seenMs, goneWithinMs[kind]))
    return rows
  } finally {
    platform.close()
    await connection.close()
    await pool.end()
    await scene.close()
  }
}

/** The schedules of a hub that has just been started begin at the next full minute: that is no part of what is measured. */
async function firstSweep(client: Client): Promise<void> {
  const query = 'WorkflowType = "refreshSweep" AND ExecutionStatus = "Running"'
  while ((await client.workflow.count(query)).count === 0) await sleep(500)
}

const publish = (tenant: Tenant) => tenant.call('POST', '/v1/events', { type: 'a.b', data: {} })

/** The times of one kind; what was never seen has failed. */
function rowOf(name: string, ids: readonly string[], seenMs: Map<string, number>, withinMs: number): Row {
  const ms = ids.flatMap(id => seenMs.get(id) ?? []).sort((a, b) => a - b)
  const at = (share: number) => ms[Math.min(ms.length - 1, Math.floor(ms.length * share))] ?? null
  return {
    ...emptyRow(`${ids.length} ${name}`),
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    failed: ids.length - ms.length,
    goals: [
      { of: 'p99Ms', atMost: withinMs },
      { of: 'failed', atMost: 0 },
    ],
  }
}
