import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { Pool } from 'undici'
import type { Product } from '../dev/product.ts'
import { lowestIdAt } from '../src/ids.ts'
import { strike, type Target } from './chaos-delivery.ts'
import { newApp, newConnection } from './tenants/connections.ts'
import { setTenantScene, type Tenant, type TenantScene } from './tenants/scene.ts'
import { webhookOf } from './tenants/signed-webhook.ts'

/** What is killed while signed webhooks come in. */
export const inboundTargets = ['api', 'worker', 'temporal', 'postgres'] as const satisfies Target[]

export interface InboundRound {
  target: Target
  /** Webhooks that were answered 2xx. */
  accepted: number
  /** Of those, what is not routed in the end. */
  lost: number
  /** What was published more than once. */
  twice: number
  /** From the restart until the last of what was accepted before it was routed. */
  lastMs: number
  held: boolean
}

const senders = 16
const routedWithinMs = 15_000
const accounts = 10
const most = 50_000

interface Receiving {
  tenant: Tenant
  path: string
  secret: string
  realmIds: string[]
  db: pg.Pool
}

/** Sends signed webhooks while something is killed, round after round, and counts what becomes of each that was taken. */
export async function playInboundRounds(
  rounds: number,
  chosen: readonly Target[],
  say: (line: string) => void,
): Promise<InboundRound[]> {
  const scene = await setTenantScene(say)
  const receiving = await receive(scene)
  const results: InboundRound[] = []
  try {
    for (let n = 0; n < rounds; n++) {
      const result = await playRound(scene.product, receiving, chosen[n % chosen.length]!, `round-${n}`)
      results.push(result)
      say(`round ${n + 1}: ${JSON.stringify(result)}`)
    }
  } finally {
    await receiving.db.end()
    await scene.close()
  }
  return results
}

async function receive(scene: TenantScene): Promise<Receiving> {
  const { first: port, child } = await scene.start<number>('platform.ts')
  child.send('nothing')
  const platform = `http://127.0.0.1:${port}/well`
  const tenant = await scene.newTenant('chaos')
  const secret = randomBytes(16).toString('hex')
  const appId = await newApp(tenant, { api: platform, tokens: platform }, secret)
  const realmIds: string[] = []
  for (let n = 0; n < accounts; n++) realmIds.push((await newConnection(tenant, appId)).realmId)
  const db = new pg.Pool({ connectionString: scene.product.stack.databaseUrl, max: 2 })
  // It is killed now and then.
  db.on('error', () => undefined)
  return { tenant, path: `/webhooks/quickbooks/${appId}`, secret, realmIds, db }
}

async function playRound(product: Product, receiving: Receiving, target: Target, word: string): Promise<InboundRound> {
  const accepted = new Map<string, number>()
  const since = new Date()
  const stop = new AbortController()
  const sending = Array.from({ length: senders }, (_, n) =>
    send(product, receiving, { word: `${word}-${n}`, accepted, stop: stop.signal }),
  )
  await sleep(1_000 + Math.random() * 2_000)
  const restartedAt = await strike(product, target)
  await sleep(1_500)
  stop.abort()
  await Promise.all(sending)
  let became = await look(receiving, word, since)
  const missing = () => [...accepted.keys()].filter(id => became.get(id)?.routedAtMs === undefined)
  for (const deadline = Date.now() + 60_000; missing().length > 0 && Date.now() < deadline; await sleep(250))
    became = await look(receiving, word, since)
  const before = [...accepted].filter(([, atMs]) => atMs <= restartedAt).map(([id]) => became.get(id)?.routedAtMs ?? 0)
  const lastMs = before.reduce((last, atMs) => Math.max(last, atMs - restartedAt), 0)
  const twice = [...became.values()].filter(({ published }) => published > 1).length
  const lost = missing().length
  const held = lost === 0 && twice === 0 && accepted.size > 0 && lastMs <= routedWithinMs
  return { target, accepted: accepted.size, lost, twice, lastMs, held }
}

interface Became {
  routedAtMs: number | undefined
  /** How many events were published of it. */
  published: number
}

/** What has become of the webhooks of a round that began at an instant, by their ids. */
async function look(
  { db, tenant: { workspaceId } }: Receiving,
  word: string,
  since: Date,
): Promise<Map<string, Became>> {
  const { rows } = await db.query<{ id: string; status: string; handled_at: Date | null; published: number }>(
    `with published as (
       select convert_from(p.body, 'utf8')::jsonb -> 'data' ->> 'inboundEventId' as id, count(*)::int as count
       from events e join event_payloads p on p.event_id = e.id and p.payload_days = e.payload_days
       where e.workspace_id = $1 and e.id >= $3 and p.event_id >= $3 group by 1
     )
     select i.delivery_id as id, i.status, i.handled_at, coalesce(p.count, 0) as published
     from inbound_events i left join published p on p.id = i.id
     where i.workspace_id = $1 and i.id >= $4 and i.delivery_id like $2 || '-%'`,
    [workspaceId, word, lowestIdAt('event', since), lowestIdAt('inboundEvent', since)],
  )
  return new Map(
    rows.map(row => [
      row.id,
      {
        routedAtMs: row.status === 'routed' && row.published > 0 ? row.handled_at?.getTime() : undefined,
        published: row.published,
      },
    ]),
  )
}

/** Sends one webhook after the other, again while it is not taken as a platform does, until told to stop. */
async function send(
  product: Product,
  { path, secret, realmIds }: Receiving,
  { word, accepted, stop }: { word: string; accepted: Map<string, number>; stop: AbortSignal },
): Promise<void> {
  const pool = new Pool(product.apiUrl, { connections: 1, headersTimeout: 5_000, bodyTimeout: 5_000 })
  for (let n = 0; !stop.aborted && accepted.size < most; n++) {
    const id = `${word}-${n}`
    const { body, headers } = webhookOf({ realmId: realmIds[n % realmIds.length]!, secret }, id)
    while (!stop.aborted) {
      try {
        const answer = await pool.request({ path, method: 'POST', headers, body })
        await answer.body.dump()
        if (answer.statusCode === 202 || answer.statusCode === 200) {
          accepted.set(id, Date.now())
          break
        }
      } catch {
        // It is away just now.
      }
      await sleep(50)
    }
  }
  await pool.destroy()
}

export function inboundTable(rounds: readonly InboundRound[]): string {
  const lines = rounds.map(({ target, accepted, lost, twice, lastMs, held }) =>
    [
      target.padEnd(9),
      ...[accepted, lost, twice, lastMs].map(number => String(number).padStart(9)),
      held ? ' held' : ' BROKEN',
    ].join(' '),
  )
  return ['killed     accepted      lost     twice   last ms', ...lines].join('\n')
}
