import { sql } from 'kysely'
import type { ConnectionParts } from '../../connections/parts.ts'
import type { ProviderClient } from '../../calls/call.ts'
import type { RunHold } from '../runs/run-hold.ts'

const everyMs = 3_000

/** The run that a slice works on is under way no more. Not a HubError: whoever sends something must not take it for a refusal. */
class RunGone extends Error {
  override readonly name = 'AbortError'
}

/**
 * What a slice of a run says while it works: how many calls it has made. It learns by that whether the run is still its own, so that
 * one which was cancelled stops within seconds, even in the middle of a call that never ends.
 */
export class SlicePulse {
  readonly #hub: ConnectionParts
  readonly #hold: RunHold
  readonly #gone = new AbortController()
  readonly #timer: NodeJS.Timeout
  #calls = 0
  #busy: Promise<void> | undefined

  constructor(hub: ConnectionParts, hold: RunHold) {
    this.#hub = hub
    this.#hold = hold
    this.#timer = setInterval(() => {
      this.#busy ??= this.#beat().finally(() => (this.#busy = undefined))
    }, everyMs)
  }

  /** Aborted when the run is under way no more, or is another attempt's. */
  get gone(): AbortSignal {
    return this.#gone.signal
  }

  /** The client whose calls are counted. */
  counting(client: ProviderClient): ProviderClient {
    return {
      call: call => {
        this.#calls++
        return client.call(call)
      },
    }
  }

  async end(): Promise<void> {
    clearInterval(this.#timer)
    await this.#busy
    if (this.#calls > 0) await this.#beat()
  }

  /** Never fails: a run goes on without being counted for a while. */
  async #beat(): Promise<void> {
    const calls = this.#calls
    this.#calls = 0
    const { workspaceId, runId, claim } = this.#hold
    try {
      const isOurs = sql<boolean>`status = 'running' and claim = ${claim}`
      const row = await this.#hub.db
        .updateTable('sync_runs')
        .set({ calls: sql<number>`calls + ${calls}` })
        .where('workspace_id', '=', workspaceId)
        .where('id', '=', runId)
        .returning(isOurs.as('is_ours'))
        .executeTakeFirst()
      if (row?.is_ours !== true) this.#gone.abort(new RunGone('the run is under way no more'))
    } catch (error) {
      this.#calls += calls
      this.#hub.log.debug({ err: error, runId }, 'the calls of a run could not be noted')
    }
  }
}
