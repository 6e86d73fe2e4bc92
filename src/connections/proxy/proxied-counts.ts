import { writeAudit } from '../../audit/log.ts'
import type { ConnectionParts } from '../parts.ts'
import { countedEveryMs } from './proxy-policy.ts'

interface Count {
  workspaceId: string
  connectionId: string
  apiKeyId: string
  calls: number
  failed: number
  since: Date
}

const mostCounts = 5_000

/**
 * Counts proxied calls by connection and API key, and writes the counts into the audit log every few minutes and at the end: a
 * line for each call would cost as much as the call. What a killed process has counted since is lost.
 */
export class ProxiedCounts {
  readonly #hub: ConnectionParts
  readonly #timer: NodeJS.Timeout
  #counts = new Map<string, Count>()
  #writing: Promise<void> = Promise.resolve()

  constructor(hub: ConnectionParts, everyMs = countedEveryMs) {
    this.#hub = hub
    this.#timer = setInterval(() => void this.write(), everyMs).unref()
  }

  /** @param isGood whether the platform took the call */
  note(call: Pick<Count, 'workspaceId' | 'connectionId' | 'apiKeyId'>, isGood: boolean): void {
    const { workspaceId, connectionId, apiKeyId } = call
    const key = `${connectionId} ${apiKeyId}`
    let count = this.#counts.get(key)
    if (!count) {
      if (this.#counts.size >= mostCounts) void this.write()
      count = { workspaceId, connectionId, apiKeyId, calls: 0, failed: 0, since: new Date() }
      this.#counts.set(key, count)
    }
    count.calls++
    if (!isGood) count.failed++
  }

  /** Writes what was counted so far. */
  write(): Promise<void> {
    const counts = [...this.#counts.values()]
    this.#counts = new Map()
    if (counts.length > 0) this.#writing = this.#writing.then(() => this.#writeAll(counts))
    return this.#writing
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    await this.write()
  }

  async #writeAll(counts: Count[]): Promise<void> {
    for (const { workspaceId, connectionId, apiKeyId, calls, failed, since } of counts) {
      const entry = { workspaceId, actor: apiKeyId, action: 'connection.proxied', subjectId: connectionId }
      const details = { calls, failed, since: since.toISOString() }
      await writeAudit(this.#hub.db, { ...entry, details }).catch((error: unknown) =>
        this.#hub.log.warn({ err: error, connectionId }, 'the count of proxied calls was not written'),
      )
    }
  }
}
