import type { Foundation } from '../foundation.ts'
import { hashApiKey, looksLikeApiKey } from './api-key.ts'
import type { Grant } from './permissions.ts'

/** A key that opens: whose it is and what it may do. */
export interface KeyHolder {
  apiKeyId: string
  workspaceId: string
  grants: Grant[]
}

interface Known {
  holder: Promise<KeyHolder | undefined>
  readAtMs: number
}

const freshMs = 2_000
const capacity = 10_000
const lastUseEveryMs = 60_000

/**
 * Finds the owner of an API key. Keeps Postgres' answers for 2 seconds, for 10,000 keys at most; a revoked or expired key opens
 * no longer than that. Records a key's last use at most once a minute, beside the request and not before it.
 */
export class Authenticator {
  readonly #hub: Foundation
  readonly #known = new Map<string, Known>()
  readonly #writes = new Set<Promise<unknown>>()

  constructor(hub: Foundation) {
    this.#hub = hub
  }

  /** Gives the key's owner; undefined when the key is unknown, revoked or expired. */
  async holderOf(secret: string): Promise<KeyHolder | undefined> {
    if (!looksLikeApiKey(secret)) return undefined
    const hash = hashApiKey(secret)
    const name = hash.toString('base64')
    const known = this.#known.get(name)
    if (known && Date.now() - known.readAtMs < freshMs) return known.holder
    return this.#read(name, hash)
  }

  /** Whether this process has lately seen the key open, so that a flood of wrong keys need not hinder it. */
  hasOpened(secret: string): boolean {
    return this.#known.has(hashApiKey(secret).toString('base64'))
  }

  /** Waits for writes of last uses that are under way. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#writes)
  }

  async #read(name: string, hash: Buffer): Promise<KeyHolder | undefined> {
    const holder = this.#lookUp(hash)
    // Calls that come meanwhile share this look-up.
    this.#known.delete(name)
    this.#known.set(name, { holder, readAtMs: Date.now() })
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= capacity) break
      this.#known.delete(oldest)
    }
    try {
      const found = await holder
      if (!found) this.#known.delete(name)
      return found
    } catch (error) {
      this.#known.delete(name)
      throw error
    }
  }

  async #lookUp(hash: Buffer): Promise<KeyHolder | undefined> {
    // By api_keys_hash_key, the unique index.
    const { rows } = await this.#hub.pool.query<{
      id: string
      workspace_id: string
      permissions: Grant[]
      use_is_old: boolean
    }>({
      name: 'api-key-by-hash',
      text: `select id, workspace_id, permissions,
               coalesce(last_used_at < now() - $2 * interval '1 millisecond', true) as use_is_old
             from api_keys
             where hash = $1 and revoked_at is null and (expires_at is null or expires_at > now())`,
      values: [hash, lastUseEveryMs],
    })
    const row = rows[0]
    if (!row) return undefined
    if (row.use_is_old) this.#noteUse(row.workspace_id, row.id)
    return { apiKeyId: row.id, workspaceId: row.workspace_id, grants: row.permissions }
  }

  #noteUse(workspaceId: string, apiKeyId: string): void {
    const write = this.#hub.pool
      .query({
        name: 'api-key-used',
        text: `update api_keys set last_used_at = now()
               where workspace_id = $1 and id = $2
                 and coalesce(last_used_at < now() - $3 * interval '1 millisecond', true)`,
        values: [workspaceId, apiKeyId, lastUseEveryMs],
      })
      .catch((error: unknown) => this.#hub.log.warn({ err: error, apiKeyId }, "a key's last use was not written"))
    this.#writes.add(write)
    void write.finally(() => this.#writes.delete(write))
  }
}
