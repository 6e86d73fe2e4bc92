import type { Secret } from '../../grants/grant.ts'
import type { ConnectionParts } from '../parts.ts'
import { tokensPlace } from '../tokens/tokens.ts'
import type { RefreshLease } from './lease-store.ts'
import type { StoredToken } from './refresh-store.ts'

/** So many at most go into one statement, and are waited for so long. */
const mostAtOnce = 100
const gatherMs = 4

interface Waiting {
  lease: RefreshLease
  stored: StoredToken
  secret: Secret
  settle: (isStored: boolean) => void
}

/**
 * Stores what the refreshes of a process have won, many in one statement and one commit. It is for those that go well: a connection
 * that is in order, and whose row and seal nobody holds just now. What it does not store is its caller's to store by itself.
 */
export class TokenWriter {
  readonly #hub: ConnectionParts
  #waiting: Waiting[] = []
  #timer: NodeJS.Timeout | undefined

  constructor(hub: ConnectionParts) {
    this.#hub = hub
  }

  /** Gives false when nothing was stored, for whatever reason. */
  store(lease: RefreshLease, stored: StoredToken, secret: Secret): Promise<boolean> {
    return new Promise(settle => {
      this.#waiting.push({ lease, stored, secret, settle })
      if (this.#waiting.length >= mostAtOnce) this.#flush()
      else this.#timer ??= setTimeout(() => this.#flush(), gatherMs)
    })
  }

  #flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const batch = this.#waiting
    this.#waiting = []
    this.#write(batch).then(
      ids => batch.forEach(({ lease, settle }) => settle(ids.has(lease.connectionId))),
      (error: unknown) => {
        this.#hub.log.warn({ err: error, count: batch.length }, 'tokens were not stored together; each is by itself')
        for (const { settle } of batch) settle(false)
      },
    )
  }

  async #write(batch: Waiting[]): Promise<Set<string>> {
    // In one order everywhere, so that no two wait for each other.
    const rows = batch.toSorted((a, b) => (a.lease.connectionId < b.lease.connectionId ? -1 : 1))
    const { ring } = this.#hub.credentials
    const sealed = rows.map(({ lease: { workspaceId, connectionId }, secret }) =>
      ring.seal(tokensPlace({ workspaceId, id: connectionId }), JSON.stringify(secret)),
    )
    const times = (of: (stored: StoredToken) => Date | null) =>
      rows.map(({ stored }) => of(stored)?.toISOString() ?? null)
    const json = (value: unknown) => (value === undefined ? null : JSON.stringify(value))
    const { rows: done } = await this.#hub.pool.query<{ id: string }>({
      name: 'connections-store-tokens',
      text: storeTokens,
      values: [
        rows.map(({ lease }) => lease.workspaceId),
        rows.map(({ lease }) => lease.connectionId),
        rows.map(({ lease }) => lease.generation),
        rows.map(({ lease }) => lease.owner),
        times(stored => stored.refreshAt),
        times(stored => stored.accessExpiresAt),
        times(stored => stored.refreshExpiresAt),
        times(stored => stored.absoluteExpiresAt),
        times(stored => stored.endsAt),
        times(stored => stored.warnAt),
        rows.map(({ stored }) => json(stored.scopes)),
        rows.map(({ stored }) => json(stored.captured)),
        sealed.map(one => one.keyId),
        sealed.map(one => one.sealed),
      ],
    })
    return new Set(done.map(row => row.id))
  }
}

// By the primary keys. A row that another holds is passed over, a seal that another holds is waited for only so long: what is
// not stored here is sealed by itself first. `patience` is evaluated for `given`, before anything waits.
const storeTokens = `with patience as materialized (select set_config('lock_timeout', '500ms', true)),
  given as materialized (
    select g.* from patience, unnest(
      $1::text[], $2::text[], $3::int[], $4::text[], $5::timestamptz[], $6::timestamptz[], $7::timestamptz[],
      $8::timestamptz[], $9::timestamptz[], $10::timestamptz[], $11::jsonb[], $12::jsonb[], $13::text[], $14::bytea[]
    ) as g (workspace_id, id, generation, owner, refresh_at, access_expires_at, refresh_expires_at, absolute_expires_at,
      ends_at, warn_at, scopes, captured, key_id, sealed)
  ), free as (
    select c.id from connections c join given g on c.id = g.id and c.workspace_id = g.workspace_id
    where c.generation = g.generation and c.lease_owner = g.owner and c.status = 'connected'
    for update of c skip locked
  ), stored as (
    update connections c
    set generation = c.generation + 1, lease_owner = null, lease_until = null, refresh_attempts = c.refresh_attempts + 1,
        refresh_at = g.refresh_at, access_expires_at = g.access_expires_at, refresh_expires_at = g.refresh_expires_at,
        absolute_expires_at = g.absolute_expires_at, ends_at = g.ends_at,
        warn_at = case when c.ends_at between g.ends_at - interval '1 minute' and g.ends_at + interval '1 minute'
          then c.warn_at else g.warn_at end,
        refresh_failures = 0, first_failure_at = null, last_error = null,
        ambiguous_since = null, recovery = null, recovery_until = null, updated_at = now(),
        scopes = case when g.scopes is null then c.scopes else array(select jsonb_array_elements_text(g.scopes)) end,
        config = case when g.captured is null then c.config else c.config || g.captured end
    from free join given g on g.id = free.id
    where c.id = g.id and c.workspace_id = g.workspace_id
    returning c.id
  ), kept as (
    insert into credentials (workspace_id, owner_id, field, key_id, sealed, updated_at)
    select g.workspace_id, g.id, 'tokens', g.key_id, g.sealed, now() from given g join stored s on s.id = g.id order by g.id
    on conflict (owner_id, field) do update
    set key_id = excluded.key_id, sealed = excluded.sealed, updated_at = excluded.updated_at
    where credentials.workspace_id = excluded.workspace_id
  )
  select id from stored`
