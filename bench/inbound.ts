import { createHmac, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { claimLeaseMs } from '../src/inbound/policy.ts'
import { countActions } from './actions.ts'
import type { SenderReport, SenderRun } from './inbound/sender.ts'
import { besideBaseline, emptyRow, type BenchOptions, type Row } from './row.ts'
import { newApp, newConnection } from './tenants/connections.ts'
import { setTenantScene, type Tenant, type TenantScene } from './tenants/scene.ts'

const paced = 500
const fullSpeed = { count: 20_000, connections: 32 }
const accounts = 20
/** A delivery about so many connections, each with two syncs. */
const crowd = 200
const runsWithinMs = 180_000

/**
 * Measures what receives platforms' webhooks, through the product as it runs: so many a second, as fast as they are answered
 * beside the raw loop in the same run, and one delivery about many connections with syncs. `--only paced,full,crowd`.
 */
export async function benchInbound({ seconds, only, say }: BenchOptions): Promise<Row[]> {
  const scene = await setTenantScene(say)
  const db = new pg.Pool({ connectionString: scene.product.stack.databaseUrl, max: 2 })
  db.on('error', () => undefined)
  const wants = (part: string) => only === undefined || only.includes(part)
  try {
    const { first: port, child } = await scene.start<number>('platform.ts')
    // It has nothing, and says so at once.
    child.send('nothing')
    const platform = `http://127.0.0.1:${port}/well`
    const bench = new Bench(scene, db, platform)
    const rows: Row[] = []
    if (wants('paced') || wants('full')) {
      const target = await bench.target(accounts)
      say('warming up')
      await bench.send(target, { count: 2_000, connections: 16, word: 'warm' })
      if (wants('paced')) rows.push(await bench.paced(target, seconds))
      if (wants('full')) rows.push(await bench.fullSpeed(target))
    }
    if (wants('crowd')) rows.push(...(await bench.crowd()))
    return rows
  } finally {
    await db.end()
    await scene.close()
  }
}

interface Target {
  tenant: Tenant
  path: string
  secret: string
  realmIds: string[]
  connectionIds: string[]
}

class Bench {
  readonly #scene: TenantScene
  readonly #db: pg.Pool
  readonly #platform: string

  constructor(scene: TenantScene, db: pg.Pool, platform: string) {
    this.#scene = scene
    this.#db = db
    this.#platform = platform
  }

  async target(connections: number): Promise<Target> {
    const tenant = await this.#scene.newTenant(`inbound ${connections}`)
    const secret = randomBytes(16).toString('hex')
    const appId = await newApp(tenant, { api: this.#platform, tokens: this.#platform }, secret)
    const target: Target = { tenant, path: `/webhooks/quickbooks/${appId}`, secret, realmIds: [], connectionIds: [] }
    for (let n = 0; n < connections; n++) {
      const { id, realmId } = await newConnection(tenant, appId)
      target.connectionIds.push(id)
      target.realmIds.push(realmId)
    }
    return target
  }

  async send(
    { path, secret, realmIds }: Target,
    run: Pick<SenderRun, 'count' | 'connections' | 'word' | 'perSecond'>,
    url = this.#scene.product.apiUrl,
  ): Promise<SenderReport> {
    const { child } = await this.#scene.start<'up'>('../inbound/sender.ts')
    child.send({ url, path, secret, realmIds, ...run } satisfies SenderRun)
    const [report] = (await once(child, 'message')) as [SenderReport]
    child.kill()
    return report
  }

  async paced(target: Target, seconds: number): Promise<Row> {
    this.#scene.say(`${paced} a second`)
    const count = paced * seconds
    const report = await this.send(target, { count, connections: 64, word: 'paced', perSecond: paced })
    const times = report.times.toSorted((one, other) => one - other)
    const at = (part: number) => times[Math.floor(times.length * part)]!
    return {
      ...emptyRow(`${paced} a second`),
      ...{ perSecond: Math.round(report.accepted / report.seconds), p50Ms: at(0.5), p99Ms: at(0.99) },
      failed: count - report.accepted,
      goals: [
        { of: 'p99Ms', below: 50 },
        { of: 'failed', atMost: 0 },
      ],
    }
  }

  async fullSpeed(target: Target): Promise<Row> {
    const { stack } = this.#scene.product
    const { first: port } = await this.#scene.start<number>('../raw-inbound.ts', [stack.databaseUrl, target.secret])
    const raw = async (word: string) => {
      const report = await this.send(target, { ...fullSpeed, word }, `http://127.0.0.1:${port}`)
      return report.accepted / report.seconds
    }
    const before = await raw('before')
    this.#scene.say(`the raw loop: ${Math.round(before)} a second`)
    const from = Date.now()
    const report = await this.send(target, { ...fullSpeed, word: 'full' })
    await this.#routed(target.tenant.workspaceId, 'full')
    // Those who keep count do so a moment later.
    await sleep(5_000)
    const { total } = await countActions(stack.temporal.address, from, Date.now())
    const after = await raw('after')
    this.#scene.say(`the raw loop: ${Math.round(after)} a second`)
    const row: Row = {
      ...emptyRow('as fast as they are answered'),
      perSecond: Math.round(report.accepted / report.seconds),
      actionsPer1000: (total / fullSpeed.count) * 1_000,
      failed: fullSpeed.count - report.accepted,
    }
    return {
      ...besideBaseline(row, (before + after) / 2),
      goals: [
        { of: 'ratio', atLeast: 0.4 },
        { of: 'actionsPer1000', atMost: 20 },
        { of: 'failed', atMost: 0 },
      ],
    }
  }

  /** One delivery about many connections with two syncs each: until all of it is routed, and until all runs have begun. */
  async crowd(): Promise<Row[]> {
    this.#scene.say(`connecting ${crowd} accounts with two syncs each`)
    const target = await this.target(crowd)
    const { tenant, path, secret, realmIds } = target
    for (const connectionId of target.connectionIds) {
      for (const collection of ['customers_a', 'customers_b'])
        await tenant.call('POST', '/v1/syncs', { connectionId, model: 'customers', collection, direction: 'pull' })
    }
    await this.#noRuns(tenant.workspaceId)
    const body = JSON.stringify(
      realmIds.map((realmId, n) => ({
        ...{ specversion: '1.0', id: `crowd-${n}`, type: 'qbo.customer.updated.v1', intuitentityid: '1' },
        ...{ intuitaccountid: realmId, time: new Date().toISOString(), data: {} },
      })),
    )
    const signature = createHmac('sha256', secret).update(body).digest('base64')
    const headers = { 'content-type': 'application/json', 'intuit-signature': signature }
    const sentAt = Date.now()
    const answer = await fetch(this.#scene.product.apiUrl + path, { method: 'POST', headers, body })
    if (answer.status !== 202) throw new Error(`${answer.status} ${await answer.text()}`)
    await this.#routed(tenant.workspaceId, 'crowd')
    const routedMs = Date.now() - sentAt
    const began = async () => {
      const { rows } = await this.#db.query<{ count: number }>(
        `select count(distinct sync_id)::int as count from sync_runs
         where workspace_id = $1 and started_at >= $2 and status <> 'requested'`,
        [tenant.workspaceId, new Date(sentAt)],
      )
      return rows[0]!.count
    }
    while ((await began()) < 2 * crowd && Date.now() < sentAt + runsWithinMs) await sleep(100)
    const count = await began()
    const perSecond = Math.round(count / ((Date.now() - sentAt) / 1_000))
    return [
      {
        ...emptyRow(`one delivery about ${crowd} connections, until it is routed`),
        ...{ p50Ms: routedMs, failed: 0 },
        goals: [{ of: 'p50Ms', atMost: claimLeaseMs }],
      },
      {
        ...emptyRow('and until the runs of two syncs of each have begun'),
        ...{ perSecond, p50Ms: Date.now() - sentAt, failed: 2 * crowd - count },
        goals: [{ of: 'failed', atMost: 0 }],
      },
    ]
  }

  async #routed(workspaceId: string, word: string): Promise<void> {
    for (;;) {
      const { rows } = await this.#db.query<{ waiting: number }>(
        `select count(*)::int as waiting from inbound_events
         where workspace_id = $1 and delivery_id like $2 || '-%' and status = 'received'`,
        [workspaceId, word],
      )
      if (rows[0]!.waiting === 0) return
      await sleep(50)
    }
  }

  async #noRuns(workspaceId: string): Promise<void> {
    for (;;) {
      const { rows } = await this.#db.query<{ waiting: number }>(
        `select count(*)::int as waiting from sync_runs where workspace_id = $1 and status in ('requested', 'running')`,
        [workspaceId],
      )
      if (rows[0]!.waiting === 0) return
      await sleep(500)
    }
  }
}
