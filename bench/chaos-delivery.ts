import { setTimeout as sleep } from 'node:timers/promises'
import { Pool } from 'undici'
import type { Hook } from '../dev/receiver/receiver-hook.ts'
import { startProduct, type Product } from '../dev/product.ts'

/** What is killed with SIGKILL and started again; `freeze` stops the worker beyond its leases and lets it go on. */
export const targets = ['api', 'worker', 'temporal', 'postgres', 'freeze'] as const
export type Target = (typeof targets)[number]

export interface Round {
  target: Target
  /** Events that were answered 202. */
  accepted: number
  lost: number
  duplicates: number
  /** From the restart to the last arrival of what was accepted before it. */
  lastArrivalMs: number
  held: boolean
}

const publishers = 16
const arriveWithinMs = 15_000
/** A worker's sends under way, and one flush. */
const duplicatesAllowed = 1_024 + 1_000
const frozenMs = 20_000
/** While a frozen worker takes nothing, so many pile up: as many as wait for a dead endpoint in the benchmark. */
const mostAccepted = 100_000

/** Publishes while something is killed, round after round, and counts what becomes of every accepted event. */
export async function playRounds(
  home: string,
  rounds: number,
  chosen: readonly Target[],
  say: (line: string) => void,
): Promise<Round[]> {
  const product = await startProduct({ home, usualPorts: false })
  const results: Round[] = []
  try {
    const hook = product.stack.receiver.hook('chaos')
    const apiKey = await subscribe(product, hook)
    for (let n = 0; n < rounds; n++) {
      const target = chosen[n % chosen.length]!
      const result = await playRound(product, hook, apiKey, target)
      results.push(result)
      say(`round ${n + 1}: ${JSON.stringify(result)}`)
    }
  } finally {
    await product.stack.stop()
  }
  return results
}

async function playRound(product: Product, hook: Hook, apiKey: string, target: Target): Promise<Round> {
  hook.clear()
  const accepted = new Map<string, number>()
  const stop = new AbortController()
  const publishing = Array.from({ length: publishers }, () => publish(product, apiKey, accepted, stop.signal))
  await sleep(1_000 + Math.random() * 2_000)
  const restartedAt = await strike(product, target)
  await sleep(1_500)
  stop.abort()
  await Promise.all(publishing)
  const missingOnes = () => {
    // What was stored and never answered arrives all the same; only the other way is a loss.
    const arrived = new Set(hook.arrivals().map(arrival => arrival.id))
    return [...accepted.keys()].filter(id => !arrived.has(id))
  }
  const deadline = Date.now() + 60_000
  // Comparing everything at every look would take the receiver's time, which is this process's.
  const allArrived = () => hook.summary().distinct >= accepted.size && missingOnes().length === 0
  while (Date.now() < deadline && !allArrived()) await sleep(250)
  const missing = missingOnes()
  const before = hook.arrivals().filter(one => (accepted.get(one.id) ?? Infinity) <= restartedAt && one.earlier === 0)
  const lastArrivalMs = before.reduce((last, one) => Math.max(last, one.receivedAtMs - restartedAt), 0)
  const { duplicates } = hook.summary()
  const held = missing.length === 0 && lastArrivalMs <= arriveWithinMs && duplicates <= duplicatesAllowed
  return { target, accepted: accepted.size, lost: missing.length, duplicates, lastArrivalMs, held }
}

/** Publishes one event after the other, whatever is answered, until told to stop or there are enough. */
async function publish(
  product: Product,
  apiKey: string,
  accepted: Map<string, number>,
  stop: AbortSignal,
): Promise<void> {
  const pool = new Pool(product.apiUrl, { connections: 1, headersTimeout: 5_000, bodyTimeout: 5_000 })
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${apiKey}` }
  while (!stop.aborted) {
    if (accepted.size >= mostAccepted) {
      await sleep(50)
      continue
    }
    try {
      const body = JSON.stringify({ type: 'a.b', data: { at: Date.now() } })
      const answer = await pool.request({ path: '/v1/events', method: 'POST', headers, body })
      const text = await answer.body.text()
      if (answer.statusCode === 202) accepted.set((JSON.parse(text) as { id: string }).id, Date.now())
      else await sleep(50)
    } catch {
      await sleep(50)
    }
  }
  await pool.destroy()
}

/** Kills it and starts it again; gives when it began to start. */
export async function strike({ api, worker, stack }: Product, target: Target): Promise<number> {
  const restart = async (struck: { kill(): Promise<void> }, start: () => Promise<unknown>): Promise<number> => {
    await struck.kill()
    const restartedAt = Date.now()
    await start()
    return restartedAt
  }
  switch (target) {
    case 'api':
      return restart(api, () => api.restart())
    case 'worker':
      return restart(worker, () => worker.restart())
    case 'temporal':
      return restart(stack.temporal, () => stack.temporal.start())
    case 'postgres':
      return restart(stack.postgres, () => stack.postgres.start())
    case 'freeze':
      process.kill(worker.pid, 'SIGSTOP')
      await sleep(frozenMs)
      process.kill(worker.pid, 'SIGCONT')
      return Date.now()
  }
}

async function subscribe({ apiUrl, stack }: Product, hook: Hook): Promise<string> {
  const post = async <Body>(path: string, body: unknown, key: string): Promise<Body> => {
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
    const answer = await fetch(apiUrl + path, { method: 'POST', headers, body: JSON.stringify(body) })
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
    return (await answer.json()) as Body
  }
  type Made = { apiKey: { secret: string } }
  const { apiKey } = await post<Made>('/v1/workspaces', { name: 'chaos' }, stack.secrets.adminKey)
  // Signatures are not checked here: in pure JavaScript that takes longer than the hub takes to deliver.
  await post('/v1/endpoints', { url: hook.url }, apiKey.secret)
  return apiKey.secret
}

export function chaosTable(rounds: readonly Round[]): string {
  const lines = rounds.map(
    ({ target, accepted, lost, duplicates, lastArrivalMs, held }) =>
      `${target.padEnd(9)} ${String(accepted).padStart(8)} ${String(lost).padStart(5)} ${String(duplicates).padStart(11)} ${String(lastArrivalMs).padStart(16)}  ${held ? 'held' : 'BROKEN'}`,
  )
  return ['killed    accepted  lost  duplicates  last arrival ms', ...lines].join('\n')
}
