import { setTimeout as sleep } from 'node:timers/promises'
import { lifetimeMs } from '../src/catalogue/lifetime.ts'
import { cpuSeconds } from './cpu.ts'
import { workerFlags } from '../dev/product.ts'
import type { StackProcess } from '../dev/stack.ts'
import { refreshedPlatforms, type Refreshed } from './refresh/platforms.ts'
import { setRefreshScene, type RefreshScene } from './refresh/scene.ts'

/** What happens to one of two workers: SIGKILL and a new start, or SIGSTOP for longer than its leases and SIGCONT. */
export const strikes = ['kill', 'freeze'] as const
export type Strike = (typeof strikes)[number]

export interface RefreshRound {
  strike: Strike
  due: number
  /** How many of them had a new token after it. */
  refreshed: number
  /** Spent tokens that were shown again: the worker was struck between the platform's answer and the commit. */
  between: number
  /** Those of them that were refreshed all the same. */
  recovered: number
  /** Families that the platform has ended. */
  lost: number
  lastMs: number
  held: boolean
}

const connections = { connections: 400, workspaces: 20, platforms: 1 }
const frozenMs = 20_000
const withinMs = 120_000
/** For so long a spent token may be used again: no longer than at the platforms that are known to allow it. */
const graceMs = 30_000

/** Has everything become due and strikes a worker while it is refreshed, round after round; then once more in peace. */
export async function playRefreshRounds(
  rounds: number,
  chosen: readonly Strike[],
  say: (line: string) => void,
): Promise<RefreshRound[]> {
  // Where there is no grace, nobody can help what is struck between the answer and the commit.
  const graceOf = ({ method }: Refreshed) => (method.rotation ? lifetimeMs(method.rotation.reuseGrace) : 0)
  const platforms = refreshedPlatforms().filter(one => graceOf(one) >= graceMs)
  const script = '../chaos-refresh/family-server.ts'
  const players = { script, args: [String(graceMs)], platforms: platforms.slice(0, 1), first: 'first' }
  const scene = await setRefreshScene(say, connections, players)
  try {
    const workers = [scene.scene.product.worker, await secondWorker(scene)]
    const results: RefreshRound[] = []
    for (let n = 0; n <= rounds; n++) {
      const strike = n < rounds ? chosen[n % chosen.length]! : undefined
      const result = await playRound(scene, workers, strike)
      say(`${strike ? `round ${n + 1}` : 'in peace'}: ${JSON.stringify(result)}`)
      if (strike) results.push(result)
      // A token that was stored and is none shows itself the next time that it is spent.
      else if (!result.held) results.at(-1)!.held = false
    }
    return results
  } finally {
    await scene.close()
  }
}

async function secondWorker({ scene: { product } }: RefreshScene): Promise<StackProcess> {
  const { stack } = product
  const ports = { WORKER_METRICS_PORT: String(await stack.port('second-metrics', 9466)), WORKER_SDK_METRICS_PORT: '0' }
  ports.WORKER_SDK_METRICS_PORT = String(await stack.port('second-sdk-metrics', 9467))
  const settings = { NODE_ENV: 'development', PUBLIC_URL: product.apiUrl, ...ports }
  return stack.spawnProcess('worker-2', 'workers/main.ts', settings, workerFlags)
}

async function playRound(
  { pool, server, groups }: RefreshScene,
  workers: StackProcess[],
  strike: Strike | undefined,
): Promise<RefreshRound> {
  const ids = groups.flatMap(group => group.ids)
  const refreshed = async () => {
    const { rows } = await pool.query<{ id: string }>(
      `select id from connections where id = any($1) and refresh_at > now() and lease_owner is null
         and status = 'connected' and refresh_failures = 0`,
      [ids],
    )
    return new Set(rows.map(row => row.id))
  }
  await inSweep()
  await pool.query(`update connections set refresh_at = now() where id = any($1)`, [ids])
  const begunAt = Date.now()
  const deadline = begunAt + withinMs
  if (strike) {
    while ((await refreshed()).size < ids.length * (0.1 + Math.random() * 0.5) && Date.now() < deadline) await sleep(50)
    await hit(await busiest(workers), strike)
  }
  let done = await refreshed()
  while (done.size < ids.length && Date.now() < deadline) {
    await sleep(250)
    done = await refreshed()
  }
  const lastMs = Date.now() - begunAt
  const told = new Promise<{ ended: string[]; again: string[] }>(resolve =>
    server.once('message', message => resolve(message as { ended: string[]; again: string[] })),
  )
  server.send('report')
  const { ended, again } = await told
  // A family is named after its connection.
  const recovered = again.filter(family => [...done].some(id => family.includes(id))).length
  const held = ended.length === 0 && done.size === ids.length && recovered === again.length
  return {
    ...{ strike: strike ?? 'kill', due: ids.length, refreshed: done.size, between: again.length, recovered },
    ...{ lost: ended.length, lastMs, held },
  }
}

/** The one that sweeps: it has taken most of the processor's time lately. */
async function busiest(workers: StackProcess[]): Promise<StackProcess> {
  const before = workers.map(worker => cpuSeconds({ it: worker.pid }).it ?? 0)
  await sleep(150)
  const spent = workers.map((worker, n) => (cpuSeconds({ it: worker.pid }).it ?? 0) - before[n]!)
  return workers[spent.indexOf(Math.max(...spent))]!
}

async function hit(worker: StackProcess, strike: Strike): Promise<void> {
  switch (strike) {
    case 'kill':
      await worker.kill()
      await worker.restart()
      return
    case 'freeze':
      process.kill(worker.pid, 'SIGSTOP')
      await sleep(frozenMs)
      process.kill(worker.pid, 'SIGCONT')
  }
}

/** The sweep rests at the end of each minute. */
async function inSweep(): Promise<void> {
  const inMinute = Date.now() % 60_000
  if (inMinute > 30_000) await sleep(63_000 - inMinute)
}

export function refreshTable(rounds: readonly RefreshRound[]): string {
  const lines = rounds.map(({ strike, due, refreshed, between, recovered, lost, lastMs, held }) =>
    [
      strike.padEnd(7),
      ...[due, refreshed, between, recovered, lost, lastMs].map(number => String(number).padStart(9)),
      held ? ' held' : ' BROKEN',
    ].join(' '),
  )
  const head = 'strike        due refreshed   between recovered      lost   last ms'
  const between = rounds.reduce((sum, round) => sum + round.between, 0)
  const said =
    `Between the platform's answer and the commit fell ${between} refreshes: their spent token was shown again ` +
    'within the grace, and gave another.'
  return [head, ...lines, said].join('\n')
}
