import type { ColumnType, Generated, GeneratedAlways, JSONColumnType } from 'kysely'

export type ConnectionStatus =
  'pending' | 'connected' | 'degraded' | 'needs_reauth' | 'error' | 'disconnecting' | 'disconnected'

/** What is known of a second token. Instants are texts. */
export interface StoredSecond {
  /** The name that callers choose it by. */
  as: string
  status: 'connected' | 'needs_reauth'
  /** Whose it is, as its platform says. */
  externalAccountId: string | null
  scopes: string[]
  /** Null when it does not expire. */
  accessExpiresAt: string | null
  /** Raised by every new token. */
  generation: number
  /** Until when one process may spend its refresh token. */
  leaseUntil: string | null
  /** Since when the platform refuses it; null once it was good again. */
  refusedAt: string | null
}

/** An account on a platform that a workspace's user has connected. Its tokens or key are in `credentials`. */
export interface ConnectionsTable {
  id: string
  workspace_id: string
  provider: string
  /** Null for the environment's app. */
  provider_app_id: string | null
  environment: string
  /** The kind of its method, as the definition has it. */
  auth_kind: string
  /** The id of the method by which it was connected; null where a version before methods wrote it. */
  method: string | null
  status: ConnectionStatus
  /** An error code that says why the status is what it is. */
  status_reason: string | null
  status_changed_at: Generated<Date>
  external_account_id: string | null
  external_account_name: string | null
  /** What the redirect carried and URLs need, such as `realmId`. */
  config: JSONColumnType<Record<string, string>>
  scopes: string[]
  /** Those that were asked for and not given, as far as the platform says which it gave. */
  scopes_missing: Generated<string[]>
  /** The product's user whose it is. */
  owner_id: string | null
  /** Each has a row in connection_tags too. */
  tags: Generated<string[]>
  metadata: JSONColumnType<Record<string, unknown>>
  /** The id of the row of an import that it came from; of those that are not disconnected one alone has it. */
  imported_as: string | null
  /** The fence of the credential: raised by a stored token or a reconnect, never by a verdict. */
  generation: Generated<number>
  lease_owner: string | null
  lease_until: Date | null
  /** Finished refresh attempts, whatever their outcome: what those who wait for one look at. */
  refresh_attempts: Generated<number>
  refresh_at: Date | null
  access_expires_at: Date | null
  refresh_expires_at: Date | null
  /** When the grant ends however often it is refreshed. */
  absolute_expires_at: Date | null
  /** When the grant ends in any case, as far as it is known: the earlier of the two, or the token that nothing renews. */
  ends_at: Date | null
  /** When to tell of that end next. */
  warn_at: Date | null
  refresh_failures: Generated<number>
  first_failure_at: Date | null
  last_error: string | null
  /** The host of the token endpoint that failed last, where it is not the catalogue's own. */
  token_host: string | null
  /** The start of the first attempt of this generation whose answer never came. */
  ambiguous_since: Date | null
  /** The workflow that looks after it while it is in trouble: its own, or its provider's. */
  recovery: 'refresh' | 'provider' | null
  /** Until when that workflow should have shown itself again. */
  recovery_until: Date | null
  /**
   * When its workflow `refresh/…` is to be told next how it stands: the epoch for at once. Null where none waits for a person.
   */
  tell_at: Date | null
  check_at: Date | null
  checked_at: Date | null
  check_failures: Generated<number>
  /** Since when the platform refuses the credential; null once it was good again. */
  refused_at: Date | null
  /** A second token of the same visit. */
  second: ColumnType<StoredSecond | null, string | null | undefined, string | null>
  /** When the last webhook about it came, to within a minute; null before the first. */
  last_webhook_at: Date | null
  /** Whether any has ever come. */
  heard: GeneratedAlways<boolean>
  /** From when on its platform is asked for what it has sent, and when that is due; null where there is nothing to ask. */
  catch_up_from: Date | null
  catch_up_at: Date | null
  catch_up_failures: Generated<number>
  /** When the secrets of a connection that is being disconnected go in any case. */
  destroy_at: Date | null
  created_at: Generated<Date>
  updated_at: Generated<Date>
}
