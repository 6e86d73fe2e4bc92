import { setTimeout as sleep } from 'node:timers/promises'
import { Pool } from 'undici'
import type { Hook } from '../dev/receiver-hook.ts'
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
  await strike(product, target)
  const restartedAt = Date.now()
  await sleep(1_500)
  stop.abort()
  await Promise.all(publishing)
  const missingOnes = () => {
    // What was stored and never answered arrives all the same; only the other way is a loss.
    const arrived = new Set(hook.arrivals().map(arrival => arrival.id))
    return [...accepted.keys()].filter(id => !arrived.has(id))
  }
  const deadline = Date.now() + 60_000
  while (Date.now() < deadline && missingOnes().length > 0) await sleep(250)
  const missing = missingOnes()
  const before = hook.arrivals().filter(one => (accepted.get(one.id) ?? Infinity) <= restartedAt && one.earlier === 0)
  const lastArrivalMs = Math.max(0, ...before.map(one => one.receivedAtMs - restartedAt))
  const { duplicates } = hook.summary()
  const held = missing.length === 0 && lastArrivalMs <= arriveWithinMs && duplicates <= duplicatesAllowed
  return { target, accepted: accepted.size, lost: missing.length, duplicates, lastArrivalMs, held }
}

/** Publishes one event after the other, whatever is answered, until told to stop. */
async function publish(
  product: Product,
  apiKey: string,
  accepted: Map<string, number>,
  stop: AbortSignal,
): Promise<void> {
  const pool = new Pool(product.apiUrl, { connections: 1, headersTimeout: 5_000, bodyTimeout: 5_000 })
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${apiKey}` }
  while (!stop.aborted) {
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

async function strike({ api, worker, stack }: Product, target: Target): Promise<void> {
  switch (target) {
    case 'api':
    case 'worker': {
      const struck = target === 'api' ? api : worker
      await struck.kill()
      return struck.restart()
    }
    case 'temporal':
      await stack.temporal.kill()
      return stack.temporal.start()
    case 'postgres':
      await stack.postgres.kill()
      return stack.postgres.start()
    case 'freeze':
      process.kill(worker.pid, 'SIGSTOP')
      await sleep(frozenMs)
      process.kill(worker.pid, 'SIGCONT')
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
  const { secret } = await post<{ secret: string }>('/v1/endpoints', { url: hook.url }, apiKey.secret)
  hook.verifyWith(secret)
  return apiKey.secret
}

export function chaosTable(rounds: readonly Round[]): string {
  const lines = rounds.map(
    ({ target, accepted, lost, duplicates, lastArrivalMs, held }) =>
      `${target.padEnd(9)} ${String(accepted).padStart(8)} ${String(lost).padStart(5)} ${String(duplicates).padStart(11)} ${String(lastArrivalMs).padStart(16)}  ${held ? 'held' : 'BROKEN'}`,
  )
  return ['killed    accepted  lost  duplicates  last arrival ms', ...lines].join('\n')
}
