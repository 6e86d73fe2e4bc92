import { setTimeout as sleep } from 'node:timers/promises'
import { emptyRow, type Row } from '../row.ts'
import { newLedger, type SyncScene } from './scene.ts'

const [workspaces, each, rows] = [20, 50, 100]
const leadMs = 20_000
const patienceMs = 300_000

interface Ran {
  sync_id: string
  status: string
  created: number
  updated: number
  waited_ms: number
  done_ms: number
}

/** 1,000 syncs of 100 rows whose schedules say the same minute: how long they wait for the one worker, and that each runs once. */
export async function benchDue(scene: SyncScene): Promise<Row[]> {
  scene.say('making 1,000 connections with a sync each')
  const tenants = await Promise.all(Array.from({ length: workspaces }, (_, n) => scene.newTenant(`due-${n}`)))
  const made = await Promise.all(
    tenants.map(async (tenant, n) => {
      const ids: string[] = []
      for (let m = 0; m < each; m++) ids.push(await newLedger(scene, tenant, `${rows}-0-${n}_${m}`, {}))
      return { tenant, ids }
    }),
  )
  const syncs = made.flatMap(({ ids }) => ids)
  const due = new Date(Math.ceil((Date.now() + leadMs + 20_000) / 60_000) * 60_000)
  const schedule = { cron: `${due.getUTCMinutes()} ${due.getUTCHours()} * * *`, timeZone: 'UTC' }
  await Promise.all(
    made.map(async ({ tenant, ids }) => {
      for (const id of ids) await tenant.api('PATCH', `/v1/syncs/${id}`, { schedule })
    }),
  )
  if (Date.now() > due.getTime()) throw new Error('the schedules were made too late')
  scene.say(`due at ${due.toISOString()}`)
  let ran: Ran[] = []
  while (Date.now() < due.getTime() + patienceMs) {
    await sleep(2_000)
    ran = await runsOf(scene, syncs, due)
    if (ran.filter(({ status }) => status === 'succeeded').length >= syncs.length) break
  }
  // A second run of somebody would begin now.
  await sleep(5_000)
  ran = await runsOf(scene, syncs, due)
  const right = ran.filter(({ status, created }) => status === 'succeeded' && created === rows)
  const isOnce = new Set(ran.map(run => run.sync_id)).size === ran.length
  const waited = right.map(run => run.waited_ms).sort((a, b) => a - b)
  const last = Math.max(...right.map(run => run.done_ms))
  scene.say(`${right.length} of ${syncs.length} ran, ${isOnce ? 'none' : 'some'} twice; all were done after ${last} ms`)
  const at = (share: number) => waited[Math.min(waited.length - 1, Math.floor(waited.length * share))] ?? null
  return [
    {
      ...emptyRow('1,000 syncs of 100 rows due at once: waiting'),
      ...{ perSecond: Math.round((right.length * rows) / (last / 1_000)), p50Ms: at(0.5), p99Ms: at(0.99) },
      failed: syncs.length - right.length + (ran.length - new Set(ran.map(run => run.sync_id)).size),
      goals: [{ of: 'failed', atMost: 0 }],
    },
  ]
}

async function runsOf(scene: SyncScene, syncs: readonly string[], due: Date): Promise<Ran[]> {
  const { rows: found } = await scene.db.query<Ran>(
    `select sync_id, status, created, updated, extract(epoch from started_at - $2) * 1000.0::float8 as waited_ms,
       extract(epoch from finished_at - $2) * 1000.0::float8 as done_ms
     from sync_runs where sync_id = any($1) and requested_at >= $2::timestamptz - interval '1 second'`,
    [syncs, due],
  )
  return found.map(run => ({ ...run, waited_ms: Number(run.waited_ms), done_ms: Number(run.done_ms) }))
}
