import { onBehalfOf } from '../../db/on-behalf-of.ts'
import type { ConnectionParts } from '../../connections/parts.ts'
import type { RunTrigger } from '../contract.ts'
import { startRunSoon, type SyncIdentity } from './start-workflow.ts'

/** More starts at once would only wait at the Temporal server; more that wait here are reconcile's. */
const atOnce = 8
const mostWaiting = 5_000

interface Start {
  sync: SyncIdentity
  trigger: RunTrigger
}

/** Starts workflows for runs that their rows ask for already: what fails here, or is lost with the process, reconcile starts. */
class RunStarter {
  readonly #hub: ConnectionParts
  /** By workspace, those whose turn is next first: one that has very many delays the others by one each. */
  readonly #waiting = new Map<string, Start[]>()
  readonly #known = new Set<string>()
  #busy = 0
  #failures = 0

  constructor(hub: ConnectionParts) {
    this.#hub = hub
  }

  add(start: Start): void {
    if (this.#known.size >= mostWaiting || this.#known.has(start.sync.id)) return
    const own = this.#waiting.get(start.sync.workspaceId) ?? []
    own.push(start)
    this.#waiting.set(start.sync.workspaceId, own)
    this.#known.add(start.sync.id)
    if (this.#busy < atOnce) void this.#work()
  }

  async #work(): Promise<void> {
    this.#busy++
    for (let next = this.#take(); next; next = this.#take()) {
      const { sync, trigger } = next
      const started = await onBehalfOf(sync.workspaceId, () => startRunSoon(this.#hub, sync, trigger))
      this.#failures = started ? 0 : this.#failures + 1
      // Temporal is away: trying each would take its time, and help nobody.
      if (this.#failures >= 2 * atOnce) this.#giveUp()
    }
    this.#busy--
  }

  #take(): Start | undefined {
    const [first] = this.#waiting
    if (!first) return undefined
    const [workspaceId, own] = first
    const next = own.shift()!
    this.#known.delete(next.sync.id)
    this.#waiting.delete(workspaceId)
    if (own.length > 0) this.#waiting.set(workspaceId, own)
    return next
  }

  #giveUp(): void {
    if (this.#known.size > 0) this.#hub.log.warn({ syncs: this.#known.size }, 'reconcile starts the runs that wait')
    this.#waiting.clear()
    this.#known.clear()
    this.#failures = 0
  }
}

const starters = new WeakMap<ConnectionParts, RunStarter>()

/** Starts the workflows of syncs whose runs are asked for and committed, some at a time, each workspace in its turn. Never fails. */
export function startRunsSoon(hub: ConnectionParts, syncs: SyncIdentity[], trigger: RunTrigger): void {
  const starter = starters.get(hub) ?? new RunStarter(hub)
  starters.set(hub, starter)
  for (const sync of syncs) starter.add({ sync, trigger })
}
