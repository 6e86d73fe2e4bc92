import { execFile, fork, type ChildProcess } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import pg from 'pg'
import { removePostgres } from '../dev/postgres.ts'
import { startProduct, type Product } from '../dev/product.ts'
import { countActions } from './actions.ts'
import { cpuSeconds } from './cpu.ts'
import type { PublishReport, PublishRun } from './publisher.ts'
import type { BenchOptions, Row } from './row.ts'

const publishers = 32
/** More than this under way, and the publishers wait: a rate that holds, not a burst into the queue. */
const mostUnderWay = 20_000

interface Counts {
  count: number
  duplicates: number
  lastAt: number
  p50Ms: number
  p99Ms: number
}

/** The product on its embedded parts, with a publisher and a receiver that are processes of their own. */
interface Scene {
  home: string
  product: Product
  apiKey: string
  publisher: ChildProcess
  receiver: ChildProcess
  receiverUrl: string
  api<Body>(method: string, path: string, body: unknown, key?: string): Promise<Body>
}

/** Measures delivery end to end, each row beside the raw loop's speed in the same run. */
export async function benchDelivery(options: BenchOptions): Promise<Row[]> {
  const scene = await setScene(options)
  const rows: Row[] = []
  const wanted = (part: string) => options.only === undefined || options.only.includes(part)
  try {
    const baseline = await rawLoop(scene, options)
    rows.push(row('raw loop', { perSecond: baseline }))
    options.say('warming up')
    await publishAndArrive(scene, { type: 'a.b', bulk: 1, seconds: 5 })
    await publishAndArrive(scene, { type: 'a.b', bulk: 100, seconds: 3 })
    const parts: Record<string, () => Promise<Row>> = {
      single: () => throughput(scene, 'published one at a time', { bulk: 1 }, baseline, options),
      bulk: () => throughput(scene, 'published 100 at a time', { bulk: 100 }, baseline, options),
      steady: () => throughput(scene, '500 events a second', { bulk: 1, rate: 500 }, null, options),
      idle: () => throughput(scene, 'one event at a time, idle', { bulk: 1, rate: 4, publishers: 1 }, null, options),
      fanout: () => fanOut(scene, baseline, options),
    }
    for (const [part, measure] of Object.entries(parts)) {
      if (!wanted(part)) continue
      rows.push(await measure())
      options.say(JSON.stringify(rows.at(-1)))
    }
    const again = await rawLoop(scene, options)
    options.say(`the raw loop once more: ${again} a second`)
  } finally {
    scene.publisher.kill()
    scene.receiver.kill()
    await pool?.end()
    await scene.product.stack.stop()
    await removePostgres(join(scene.home, 'postgres'))
    rmSync(scene.home, { recursive: true, force: true })
  }
  return rows
}

function row(name: string, measured: Partial<Row>): Row {
  const empty = {
    perSecond: null,
    baselinePerSecond: null,
    ratio: null,
    p50Ms: null,
    p99Ms: null,
    actionsPer1000: null,
  }
  return { name, ...empty, ...measured }
}

async function setScene({ say }: BenchOptions): Promise<Scene> {
  say('starting Postgres, Temporal, the API and a worker')
  const home = mkdtempSync(join(tmpdir(), 'causeway-bench-'))
  const product = await startProduct({ home, usualPorts: false })
  say(`logs are in ${home}/logs`)
  const receiver = fork(join(import.meta.dirname, 'receiver.ts'))
  const { port } = await answerOf<{ port: number }>(receiver)
  const publisher = fork(join(import.meta.dirname, 'publisher.ts'))
  await answerOf(publisher)
  const { adminKey } = product.stack.secrets
  const api = async <Body>(method: string, path: string, body: unknown, key = adminKey): Promise<Body> => {
    const answer = await fetch(product.apiUrl + path, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`)
    return (await answer.json()) as Body
  }
  type Made = { apiKey: { secret: string } }
  const { apiKey } = await api<Made>('POST', '/v1/workspaces', { name: 'bench' })
  const receiverUrl = `http://127.0.0.1:${port}`
  const endpoint = { url: `${receiverUrl}/one`, eventTypes: ['a.b'] }
  await api('POST', '/v1/endpoints', endpoint, apiKey.secret)
  return { home, product, apiKey: apiKey.secret, publisher, receiver, receiverUrl, api }
}

function answerOf<Answer>(child: ChildProcess): Promise<Answer> {
  return new Promise(resolve => child.once('message', message => resolve(message as Answer)))
}

async function rawLoop(scene: Scene, { seconds, say }: BenchOptions): Promise<number> {
  say('the raw loop')
  const script = join(import.meta.dirname, 'raw-deliver.ts')
  const args = ['--disable-warning=ExperimentalWarning', script, scene.product.stack.databaseUrl, String(seconds)]
  const { stdout } = await promisify(execFile)(process.execPath, args)
  return (JSON.parse(stdout) as { perSecond: number }).perSecond
}

type Load = Pick<PublishRun, 'bulk' | 'seconds' | 'type'> & Partial<Pick<PublishRun, 'rate' | 'publishers'>>

let sequence = 0

/** Publishes for so long, and waits until everything arrived. Gives what the publisher and the receiver saw. */
async function publishAndArrive(scene: Scene, load: Load, copies = 1): Promise<PublishReport & Counts> {
  const ask = async (message: object = {}): Promise<Counts> => {
    const answer = answerOf<Counts>(scene.receiver)
    scene.receiver.send(message)
    return answer
  }
  await ask({ forget: true, distinctBy: copies === 1 ? 'seq' : 'address' })
  const run: PublishRun = { publishers, ...load, url: scene.product.apiUrl, apiKey: scene.apiKey, from: sequence }
  let report: PublishReport | undefined
  let published = 0
  const hear = (message: PublishReport | { published: number }) => {
    if ('done' in message) report = message
    published = message.published
  }
  scene.publisher.on('message', hear)
  scene.publisher.send(run)
  sequence += 10_000_000
  let stillFor = 0
  let counts = await ask()
  for (;;) {
    await sleep(report ? 250 : 50)
    const before = counts.count
    // Sorting latencies for every look would be the receiver's main work.
    counts = report ? await ask() : { ...counts, ...(await ask({ countOnly: true })) }
    if (!report) scene.publisher.send({ paused: published * copies - counts.count > mostUnderWay })
    else {
      stillFor = counts.count === before ? stillFor + 250 : 0
      if (counts.count >= report.published * copies || stillFor > 20_000) break
    }
  }
  scene.publisher.off('message', hear)
  if (report.refused > 0) throw new Error(`${report.refused} events were refused`)
  const lost = report.published * copies - counts.count
  if (lost > 0) throw new Error(`${lost} did not arrive; what waits: ${JSON.stringify(await whatWaits(scene))}`)
  return { ...report, ...counts }
}

async function whatWaits(scene: Scene): Promise<unknown> {
  pool ??= new pg.Pool({ connectionString: scene.product.stack.databaseUrl, max: 1 })
  const { rows } = await pool.query(
    `select 'waits' as what, q.held, q.attempts, q.last_error, e.mode, count(*)::int, min(q.due_at) - now() as due,
       min(q.leased_until) - now() as lease
     from delivery_queue q join endpoints e on e.id = q.endpoint_id group by q.held, q.attempts, q.last_error, e.mode
     union all select status, null, attempts, error, reason, count(*)::int, null, null from deliveries
     where status <> 'delivered' group by status, attempts, error, reason limit 20`,
  )
  return rows
}

let pool: pg.Pool | undefined

async function throughput(
  scene: Scene,
  name: string,
  load: Omit<Load, 'seconds' | 'type'>,
  baseline: number | null,
  { seconds, say }: BenchOptions,
): Promise<Row> {
  say(name)
  return measure(scene, name, { ...load, type: 'a.b', seconds }, baseline, 1, say)
}

async function measure(
  scene: Scene,
  name: string,
  load: Load,
  baseline: number | null,
  copies: number,
  say: BenchOptions['say'],
): Promise<Row> {
  const { stack, api, worker } = scene.product
  const processes = {
    api: api.pid,
    worker: worker.pid,
    postgres: stack.postgres.pid,
    temporal: stack.temporal.pid ?? 0,
    publisher: scene.publisher.pid ?? 0,
    receiver: scene.receiver.pid ?? 0,
  }
  const before = cpuSeconds(processes)
  const seen = await publishAndArrive(scene, load, copies)
  const after = cpuSeconds(processes)
  const perEvent = Object.keys(after).map(part => {
    const us = ((after[part]! - before[part]!) * 1e6) / (seen.published * copies)
    return `${part} ${Math.round(us)}`
  })
  say(`CPU for each delivery, in microseconds: ${perEvent.join(', ')}`)
  const perSecond = Math.round((seen.published * copies) / ((seen.lastAt - seen.startedAt) / 1_000))
  const actions = await countActions(scene.product.stack.temporal.address, seen.startedAt, Date.now())
  return row(name, {
    perSecond,
    baselinePerSecond: baseline,
    ratio: baseline === null ? null : Math.round((perSecond / baseline) * 1000) / 1000,
    p50Ms: seen.p50Ms,
    p99Ms: seen.p99Ms,
    actionsPer1000: Math.round((actions / (seen.published * copies)) * 1e6) / 1000,
    workerMb: peakMb(scene.product.worker.pid),
  })
}

/** One event to 1,000 endpoints. */
async function fanOut(scene: Scene, baseline: number, { seconds, say }: BenchOptions): Promise<Row> {
  say('making 1,000 endpoints')
  for (let n = 0; n < 1_000; n += 20) {
    await Promise.all(
      Array.from({ length: 20 }, (_, k) =>
        scene.api(
          'POST',
          '/v1/endpoints',
          { url: `${scene.receiverUrl}/${n + k}`, eventTypes: ['wide'] },
          scene.apiKey,
        ),
      ),
    )
  }
  say('one event to 1,000 endpoints')
  return measure(
    scene,
    'one event to 1,000 endpoints',
    { type: 'wide', bulk: 1, seconds, publishers: 4 },
    baseline,
    1_000,
    say,
  )
}

/** The most memory a process ever held (VmHWM), where the system tells. */
function peakMb(pid: number): number {
  try {
    const line = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
    return Math.round(Number(line?.[1] ?? 0) / 1024)
  } catch {
    return 0
  }
}
