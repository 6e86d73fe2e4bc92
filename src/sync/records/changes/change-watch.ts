import { sql } from 'kysely'
import type { Database } from '../../../db/database.ts'
import { HubError } from '../../../errors.ts'

const lookEveryMs = 500
const mostWaiting = 2_000
const mostOfWorkspace = 100

interface Waiter {
  workspaceId: string
  collection: string
  after: number
  done: (changed: boolean) => void
}

/**
 * Waits for changes of collections, for all callers of a process together: one statement each half second while anybody waits, however
 * many they are. Nobody holds a connection meanwhile.
 */
export class ChangeWatch {
  readonly #db: Database
  readonly #waiters = new Set<Waiter>()
  #timer: NodeJS.Timeout | undefined

  constructor(db: Database) {
    this.#db = db
  }

  /**
   * Whether a collection has changed behind a change number within the time. Ends early, without, when the signal is aborted.
   * @throws HubError `RATE_LIMITED` when too many wait
   */
  async changed(
    workspaceId: string,
    collection: string,
    after: number,
    forMs: number,
    ended: AbortSignal,
  ): Promise<boolean> {
    const own = [...this.#waiters].filter(waiter => waiter.workspaceId === workspaceId).length
    if (own >= mostOfWorkspace || this.#waiters.size >= mostWaiting) {
      const message = `Too many calls wait for changes: ${mostOfWorkspace} of a workspace at most.`
      throw new HubError('RATE_LIMITED', { message, retryAfterMs: 1_000 })
    }
    if (ended.aborted) return false
    const { promise, resolve: done } = Promise.withResolvers<boolean>()
    const waiter: Waiter = { workspaceId, collection, after, done }
    const giveUp = () => done(false)
    const timer = setTimeout(giveUp, forMs)
    ended.addEventListener('abort', giveUp, { once: true })
    this.#waiters.add(waiter)
    this.#lookLater()
    try {
      return await promise
    } finally {
      clearTimeout(timer)
      ended.removeEventListener('abort', giveUp)
      this.#waiters.delete(waiter)
    }
  }

  #lookLater(): void {
    this.#timer ??= setTimeout(() => void this.#look(), lookEveryMs)
  }

  async #look(): Promise<void> {
    try {
      const waiters = [...this.#waiters]
      if (waiters.length > 0) this.#tell(waiters, await this.#changes(waiters))
    } catch {
      // Whoever waits is not harmed by a look that failed: the next one tells.
    } finally {
      this.#timer = undefined
      if (this.#waiters.size > 0) this.#lookLater()
    }
  }

  #tell(waiters: readonly Waiter[], changes: ReadonlyMap<string, number>): void {
    for (const { workspaceId, collection, after, done } of waiters) {
      if ((changes.get(`${workspaceId} ${collection}`) ?? 0) > after) done(true)
    }
  }

  async #changes(waiters: readonly Waiter[]): Promise<Map<string, number>> {
    const each = new Map(waiters.map(waiter => [`${waiter.workspaceId} ${waiter.collection}`, waiter]))
    const [workspaces, names] = [
      [...each.values()].map(one => one.workspaceId),
      [...each.values()].map(one => one.collection),
    ]
    const { rows } = await sql<{ workspace_id: string; name: string; last_change: number }>`
      select c.workspace_id, c.name, c.last_change
      from unnest(${workspaces}::text[], ${names}::text[]) as w(workspace_id, name)
      join collections c on c.workspace_id = w.workspace_id and c.name = w.name`.execute(this.#db)
    return new Map(rows.map(row => [`${row.workspace_id} ${row.name}`, row.last_change]))
  }
}

const watches = new WeakMap<Database, ChangeWatch>()

/** The watch of this process. */
export function watchOf(db: Database): ChangeWatch {
  let watch = watches.get(db)
  if (!watch) watches.set(db, (watch = new ChangeWatch(db)))
  return watch
}
