import type { ChildProcess } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { strike, type Target } from './chaos-delivery.ts'
import { ledger } from './chaos-sync/ledger.ts'
import { setTenantScene, type Tenant, type TenantScene } from './tenants/scene.ts'

/** What is killed while rows are synced between two accounts. */
export const syncTargets = ['worker', 'temporal', 'postgres'] as const satisfies Target[]

export interface SyncRound {
  target: Target
  /** Edits on the three sides while it was played. */
  edits: number
  /** Rows that are not the same everywhere in the end, that are somewhere twice, or whose value nobody said last. */
  different: number
  doubled: number
  lost: number
  /** From the restart until all sides agreed. */
  agreedMs: number
  held: boolean
}

const rows = 20_000
const agreeWithinMs = 180_000
const sides = ['one', 'two', 'hub'] as const
type Side = (typeof sides)[number]
type Values = [name: string, amount: string | null, notes: string | null]

interface Playing {
  scene: TenantScene
  tenant: Tenant
  ledgers: ChildProcess
  db: pg.Pool
  /** What each side said last of a row's amount, by name; gone are those that somebody deleted. */
  said: Map<string, Partial<Record<Side, string>>>
}

/**
 * Two accounts of a platform on one collection, each synced both ways under `newest`, with 20,000 rows. On all three sides rows are
 * edited, made and deleted while something is killed; then all sides have to agree, row by row.
 */
export async function playSyncRounds(
  rounds: number,
  chosen: readonly Target[],
  say: (line: string) => void,
): Promise<SyncRound[]> {
  const scene = await setTenantScene(say)
  const playing = await begin(scene)
  const results: SyncRound[] = []
  try {
    say(`the first load agreed after ${await agreed(playing)} ms`)
    for (let n = 0; n < rounds; n++) {
      const result = await playRound(playing, chosen[n % chosen.length]!)
      results.push(result)
      say(`round ${n + 1}: ${JSON.stringify(result)}`)
    }
  } finally {
    await playing.db.end()
    await scene.close()
  }
  return results
}

async function begin(scene: TenantScene): Promise<Playing> {
  const { first: port, child: ledgers } = await scene.start<number>('../chaos-sync/ledger-server.ts')
  const filled = new Promise(resolve => ledgers.once('message', resolve))
  ledgers.send({ fill: rows })
  await filled
  const tenant = await scene.newTenant('chaos')
  await tenant.call('POST', '/v1/providers', ledger)
  for (const account of ['one', 'two']) {
    const baseUrls = { 'https://api.ledger.example': `http://127.0.0.1:${port}/${account}` }
    const app = await tenant.call<{ id: string }>('POST', '/v1/provider-apps', {
      ...{ provider: 'ledger', name: account, baseUrls },
    })
    const { connection } = await tenant.call<{ connection: { id: string } }>('POST', '/v1/connections', {
      ...{ provider: 'ledger', providerAppId: app.id, credentials: { apiKey: 'chaos' } },
    })
    await tenant.call('POST', '/v1/syncs', {
      ...{ connectionId: connection.id, model: 'rows', direction: 'both', conflictPolicy: 'newest' },
      schedule: { every: '10s' },
    })
  }
  const db = new pg.Pool({ connectionString: scene.product.stack.databaseUrl, max: 2 })
  // It is killed now and then.
  db.on('error', () => undefined)
  return { scene, tenant, ledgers, db, said: new Map() }
}

async function playRound(playing: Playing, target: Target): Promise<SyncRound> {
  const stop = new AbortController()
  const editing = edit(playing, stop.signal)
  await sleep(2_000 + Math.random() * 12_000)
  const restartedAt = await strike(playing.scene.product, target)
  await sleep(2_000)
  stop.abort()
  const edits = await editing
  await agreed(playing)
  const agreedMs = Date.now() - restartedAt
  const { different, doubled, lost } = await compare(playing)
  return { target, edits, different, doubled, lost, agreedMs, held: different + doubled + lost === 0 && edits > 0 }
}

/** Edits, makes and deletes rows on all sides until the signal; gives how many edits there were. */
async function edit({ tenant, ledgers, db, said }: Playing, stop: AbortSignal): Promise<number> {
  let edits = 0
  const round = Date.now()
  while (!stop.aborted) {
    const name = `Row ${Math.floor(Math.random() * rows)}`
    const side = sides[edits % sides.length]!
    const amount = `${round}.${++edits}`
    const what = Math.random()
    if (side !== 'hub') {
      if (what < 0.05) ledgers.send({ make: [{ account: side, name: `Made ${round} ${edits}` }] })
      else ledgers.send({ edits: [{ account: side, name, said: what < 0.08 ? 'delete' : { amount } }] })
      said.set(
        name,
        what < 0.08 && what >= 0.05 ? {} : { ...said.get(name), ...(what >= 0.08 ? { [side]: amount } : {}) },
      )
    } else {
      // The API says whether it was taken: while Postgres is away it is not.
      const { rows: found } = await db
        .query<{ id: string }>(
          `select id from records where workspace_id = $1 and collection = 'rows' and deleted_at is null and data ->> 'name' = $2`,
          [tenant.workspaceId, name],
        )
        .catch(() => ({ rows: [] }))
      const [record] = found
      const taken = record && tenant.call('PATCH', `/v1/records/${record.id}`, { data: { amount } })
      const isTaken = await taken?.then(
        () => true,
        () => false,
      )
      if (isTaken) said.set(name, { ...said.get(name), hub: amount })
      // Whether it was made nobody knows: of this row nothing is expected any more but that all sides agree.
      else if (isTaken === false) said.set(name, {})
    }
    await sleep(15)
  }
  return edits
}

/** Waits until all sides say the same twice in a row; gives how long that took, or the limit. */
async function agreed(playing: Playing): Promise<number> {
  const begunAt = Date.now()
  let agreements = 0
  while (agreements < 2 && Date.now() - begunAt < agreeWithinMs) {
    await sleep(2_000)
    const { different } = await compare(playing).catch(() => ({ different: Infinity }))
    agreements = different === 0 ? agreements + 1 : 0
  }
  return Date.now() - begunAt
}

async function compare({
  tenant,
  ledgers,
  db,
  said,
}: Playing): Promise<Pick<SyncRound, 'different' | 'doubled' | 'lost'>> {
  const told = new Promise<{ one: Values[]; two: Values[] }>(resolve =>
    ledgers.once('message', message => resolve(message as { one: Values[]; two: Values[] })),
  )
  ledgers.send('report')
  const { one, two } = await told
  const { rows: hub } = await db.query<{ name: string; amount: string | null; notes: string | null }>(
    `select data ->> 'name' as name, data ->> 'amount' as amount, data ->> 'notes' as notes from records
     where workspace_id = $1 and collection = 'rows' and deleted_at is null`,
    [tenant.workspaceId],
  )
  const all = [one, two, hub.map(({ name, amount, notes }): Values => [name, amount, notes])].map(side => ({
    byName: new Map(side.map(([name, ...values]) => [name, JSON.stringify(values)])),
    count: side.length,
  }))
  const names = new Set(all.flatMap(({ byName }) => [...byName.keys()]))
  const different = [...names].filter(name => new Set(all.map(({ byName }) => byName.get(name))).size > 1).length
  const doubled = all.reduce((sum, { byName, count }) => sum + count - byName.size, 0)
  const lost = hub.filter(({ name, amount }) => {
    const last = Object.values(said.get(name) ?? {})
    return last.length > 0 && !last.includes(amount ?? '')
  }).length
  return { different, doubled, lost }
}

export function syncTable(rounds: readonly SyncRound[]): string {
  const lines = rounds.map(({ target, edits, different, doubled, lost, agreedMs, held }) =>
    [
      target.padEnd(10),
      ...[edits, different, doubled, lost, agreedMs].map(number => String(number).padStart(10)),
      held ? '  held' : '  DID NOT HOLD',
    ].join(''),
  )
  const head = 'killed         edits different   doubled      lost agreed ms'
  const edits = rounds.reduce((sum, round) => sum + round.edits, 0)
  return [
    head,
    ...lines,
    `${rounds.filter(({ held }) => held).length} of ${rounds.length} rounds held, ${edits} edits`,
  ].join('\n')
}
