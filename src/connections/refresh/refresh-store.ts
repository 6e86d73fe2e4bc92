import { sql } from 'kysely'
import type { Executor } from '../../db/database.ts'
import type { Grant } from '../../grants/grant.ts'
import type { TokenTimes } from '../tokens/token-times.ts'
import type { RefreshLease } from './lease-store.ts'

/** What a connection's row has of a token. */
export type StoredToken = TokenTimes & Pick<Grant, 'scopes' | 'captured'>

/**
 * Raises the generation for a token that was won by spending the current one: that alone is asked, not whether the lease
 * has passed meanwhile. Gives false when a newer token is there already, or the connection is disconnected.
 */
export async function recordToken(
  trx: Executor,
  lease: RefreshLease,
  stored: StoredToken & { checkNow: boolean },
): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('connections')
    .set({
      generation: sql<number>`generation + 1`,
      lease_owner: null,
      lease_until: null,
      refresh_attempts: sql<number>`refresh_attempts + 1`,
      refresh_at: stored.refreshAt,
      access_expires_at: stored.accessExpiresAt,
      refresh_expires_at: stored.refreshExpiresAt,
      absolute_expires_at: stored.absoluteExpiresAt,
      ends_at: stored.endsAt,
      // An end that has not moved has been told of, or will be.
      warn_at: sql<Date | null>`case when ends_at between ${stored.endsAt}::timestamptz - interval '1 minute'
        and ${stored.endsAt}::timestamptz + interval '1 minute' then warn_at else ${stored.warnAt}::timestamptz end`,
      refresh_failures: 0,
      first_failure_at: null,
      last_error: null,
      ambiguous_since: null,
      recovery: null,
      recovery_until: null,
      updated_at: sql<Date>`now()`,
      ...(stored.scopes === undefined ? {} : { scopes: stored.scopes }),
      ...(stored.captured === undefined
        ? {}
        : { config: sql<string>`config || ${JSON.stringify(stored.captured)}::jsonb` }),
      ...(stored.checkNow ? { check_at: sql<Date>`now()` } : {}),
    })
    .where('workspace_id', '=', lease.workspaceId)
    .where('id', '=', lease.connectionId)
    .where('generation', '=', lease.generation)
    // While it is being disconnected a token that was under way is stored too: it is what has to be revoked.
    .where('status', '!=', 'disconnected')
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

export interface FailedAttempt {
  code: string
  /** Whether the refresh token may have been spent. */
  ambiguous: boolean
  /** When to try again; null when only a person can help. */
  retryInMs: number | null
  /** The token endpoint's host, where it is not the catalogue's own. */
  tokenHost: string | null
  /** Whether to verify the connection at once. */
  checkNow: boolean
}

/** Gives the lease back with a failure, which wakes those who wait. False when the lease is another's by now. */
export async function recordFailure(trx: Executor, lease: RefreshLease, failed: FailedAttempt): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('connections')
    .set({
      lease_owner: null,
      lease_until: null,
      refresh_attempts: sql<number>`refresh_attempts + 1`,
      refresh_failures: sql<number>`refresh_failures + 1`,
      first_failure_at: sql<Date>`coalesce(first_failure_at, now())`,
      last_error: failed.code,
      token_host: failed.tokenHost,
      // Held with others of another host: its own is asked by itself.
      recovery: sql<
        'refresh' | 'provider' | null
      >`case when recovery = 'provider' and token_host is distinct from ${failed.tokenHost}::text then null else recovery end`,
      refresh_at: failed.retryInMs === null ? null : sql<Date>`now() + ${failed.retryInMs} * interval '1 millisecond'`,
      updated_at: sql<Date>`now()`,
      ...(failed.ambiguous ? {} : { ambiguous_since: lease.ambiguousSince }),
      ...(failed.checkNow ? { check_at: sql<Date>`least(check_at, now())` } : {}),
    })
    .where('workspace_id', '=', lease.workspaceId)
    .where('id', '=', lease.connectionId)
    .where('generation', '=', lease.generation)
    .where('lease_owner', '=', lease.owner)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}
