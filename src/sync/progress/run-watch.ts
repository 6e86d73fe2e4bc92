import { setTimeout as sleep } from 'node:timers/promises'
import type { ConnectionParts } from '../../connections/parts.ts'
import { HubError } from '../../errors.ts'
import { openRunsOf } from '../runs/open-runs.ts'
import type { RunRow } from '../runs/run-row.ts'
import { findRun } from '../runs/run-store.ts'
import { findSync, type Sync } from '../sync-store.ts'

/** A run as its listeners see it. */
export interface SeenRun {
  run: RunRow
  sync: Sync
  /** The run of the sync that is under way, or asked for. */
  open: RunRow | undefined
}

export interface RunWatchSettings {
  /** A run is looked at once in this time for all who listen. */
  lookEveryMs: number
  beatEveryMs: number
  /** Who listens longer comes again. */
  longestMs: number
  most: number
  mostOfWorkspace: number
}

export const runWatchSettings: RunWatchSettings = {
  lookEveryMs: 1_000,
  beatEveryMs: 15_000,
  longestMs: 15 * 60_000,
  most: 500,
  mostOfWorkspace: 50,
}

/** Those who follow runs in one process: a bounded number, for whom each run is looked at once a second. */
export class RunWatch {
  readonly #hub: ConnectionParts
  readonly #settings: RunWatchSettings
  readonly #listeners = new Map<string, number>()
  readonly #looks = new Map<string, { at: number; seen: Promise<SeenRun> }>()
  #count = 0

  constructor(hub: ConnectionParts, settings: RunWatchSettings = runWatchSettings) {
    this.#hub = hub
    this.#settings = settings
  }

  /**
   * Follows a run to its end: gives it as it is, then whenever it has changed, and null where nothing has for a while.
   * @throws HubError `SYNC_NOT_FOUND`, `SYNC_RUN_NOT_FOUND`, `RATE_LIMITED` when too many listen
   */
  async follow(
    workspaceId: string,
    syncId: string,
    runId: string,
    ended: AbortSignal,
  ): Promise<AsyncIterable<SeenRun | null>> {
    const first = await this.#look(workspaceId, syncId, runId)
    const own = this.#listeners.get(workspaceId) ?? 0
    if (this.#count >= this.#settings.most || own >= this.#settings.mostOfWorkspace) {
      throw new HubError('RATE_LIMITED', { message: 'Too many follow runs just now.', retryAfterMs: 10_000 })
    }
    this.#count++
    this.#listeners.set(workspaceId, own + 1)
    let isLeft = false
    const leave = () => {
      if (isLeft) return
      isLeft = true
      this.#count--
      const left = this.#listeners.get(workspaceId)! - 1
      if (left > 0) this.#listeners.set(workspaceId, left)
      else this.#listeners.delete(workspaceId)
    }
    // Who goes before the first piece is asked for would be counted for ever.
    ended.addEventListener('abort', leave, { once: true })
    if (ended.aborted) leave()
    return this.#pieces(first, () => this.#look(workspaceId, syncId, runId), ended, leave)
  }

  async *#pieces(
    first: SeenRun,
    look: () => Promise<SeenRun>,
    ended: AbortSignal,
    leave: () => void,
  ): AsyncGenerator<SeenRun | null> {
    const { lookEveryMs, beatEveryMs, longestMs } = this.#settings
    const until = Date.now() + longestMs
    try {
      let [seen, told] = [first, Date.now()]
      yield seen
      while (!isOver(seen) && !ended.aborted && Date.now() < until) {
        await sleep(lookEveryMs, undefined, { signal: ended }).catch(() => undefined)
        if (ended.aborted) return
        const next = await look()
        const isNews = textOf(next) !== textOf(seen)
        if (!isNews && Date.now() - told < beatEveryMs) continue
        told = Date.now()
        seen = next
        yield isNews ? seen : null
      }
    } finally {
      leave()
    }
  }

  #look(workspaceId: string, syncId: string, runId: string): Promise<SeenRun> {
    const now = Date.now()
    const key = `${workspaceId} ${syncId} ${runId}`
    const known = this.#looks.get(key)
    if (known && now - known.at < this.#settings.lookEveryMs * 0.9) return known.seen
    for (const [other, { at }] of this.#looks) if (now - at > 10 * this.#settings.lookEveryMs) this.#looks.delete(other)
    const seen = this.#read(workspaceId, syncId, runId)
    this.#looks.set(key, { at: now, seen })
    return seen
  }

  async #read(workspaceId: string, syncId: string, runId: string): Promise<SeenRun> {
    const sync = await findSync(this.#hub.db, workspaceId, syncId)
    const run = await findRun(this.#hub.db, workspaceId, syncId, runId)
    const open = run.finished_at === null ? (await openRunsOf(this.#hub.db, [sync])).get(syncId) : undefined
    return { run, sync, open }
  }
}

function isOver({ run }: SeenRun): boolean {
  return run.finished_at !== null
}

/** What of a run is news to who follows it: its signs of life are not. */
function textOf({ run, open }: SeenRun): string {
  return JSON.stringify([{ ...run, alive_at: null, claim: 0 }, open?.id, open?.status])
}
