import { setTimeout as sleep } from 'node:timers/promises'
import { isRunning } from '../process-tree.mjs'
import type { Product } from '../product.ts'

/** A process of the product that is started again when it ends. */
export interface Part {
  readonly name: string
  /** Of the process that runs now, or ran last; undefined for one that is not ours to start. */
  readonly pid: () => number | undefined
  readonly start: () => Promise<void>
}

const lookEveryMs = 500
const longestPauseMs = 30_000

/** The parts of a started product, what others lean on first. */
export function partsOf({ stack, api, worker }: Product): Part[] {
  const { postgres, temporal, sandbox } = stack
  return [
    { name: 'Postgres', pid: () => postgres.pid, start: () => postgres.start() },
    { name: 'Temporal server', pid: () => temporal.pid, start: () => temporal.start() },
    { name: 'sandbox', pid: () => sandbox.pid, start: () => sandbox.start() },
    { name: 'API', pid: () => api.pid, start: () => api.restart() },
    { name: 'worker', pid: () => worker.pid, start: () => worker.restart() },
  ]
}

/**
 * Says when a part has ended and starts it again, with a pause that doubles up to 30 s while it does not come up. Gives a function
 * that ends the watch; it returns once no start is under way.
 */
export function supervise(parts: readonly Part[], say: (line: string) => void): () => Promise<void> {
  const stopping = new AbortController()
  const watches = parts.map(part => watch(part, say, stopping.signal))
  return async () => {
    stopping.abort()
    await Promise.all(watches)
  }
}

async function watch(part: Part, say: (line: string) => void, signal: AbortSignal): Promise<void> {
  let pauseMs = lookEveryMs
  while (await pause(pauseMs, signal)) {
    const pid = part.pid()
    if (pid === undefined) return
    if (isRunning(pid)) {
      pauseMs = lookEveryMs
      continue
    }
    say(`The ${part.name} (process ${pid}) has ended: it is started again.`)
    try {
      await part.start()
      say(`The ${part.name} runs again, as process ${part.pid()}.`)
    } catch (error) {
      pauseMs = Math.min(pauseMs * 2, longestPauseMs)
      say(`The ${part.name} does not start; the next try is in ${pauseMs / 1000} s. ${String(error)}`)
    }
  }
}

/** Whether the time passed without the watch being ended. */
function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  return sleep(ms, true, { signal }).catch(() => false)
}
