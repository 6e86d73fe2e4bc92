import type { ColumnType, Generated, JSONColumnType } from 'kysely'

export type InboundStatus = 'received' | 'routed' | 'unmatched' | 'failed'

/** A provider's verified webhook about one account, and what became of it. Partitioned by day. */
export interface InboundEventsTable {
  id: string
  /** Null while nobody's: it came to the environment's app, and no connection has been found for it. */
  workspace_id: string | null
  provider: string
  provider_app_id: string | null
  connection_id: string | null
  /** The address with a key that it came to. */
  address_id: ColumnType<string | null, string | null | undefined, string | null>
  /** The source of the workspace's own that it came to; the provider then is its slug. */
  source_id: ColumnType<string | null, string | null | undefined, string | null>
  account_id: string | null
  type: string
  /** The provider's id of it, or the hash of its content. */
  delivery_id: string
  status: InboundStatus
  error_code: string | null
  headers: JSONColumnType<Record<string, string>>
  /** The bytes as they came, or the one item of them that this event is. */
  body: Buffer
  received_at: Generated<Date>
  handled_at: Date | null
}

/** What waits to be routed. */
export interface InboundQueueTable {
  event_id: string
  provider_app_id: string | null
  provider: string
  /** The length of the body: claims are bounded by it. */
  bytes: number
  /** In `inbound_keys` until it is routed, when it came without an id of its own. */
  content_key: ColumnType<string | null, string | null | undefined, string | null>
  /** Where `inbound_keys` remembers it; null for its app. */
  scope: ColumnType<string | null, string | null | undefined, string | null>
  /** The connection up to which it is routed already. */
  routed_to: ColumnType<string | null, string | null | undefined, string | null>
  due_at: ColumnType<Date, Date | undefined, Date>
  attempts: Generated<number>
}

/** Delivery ids that have been seen. */
export interface InboundKeysTable {
  /** The id of the provider app or of the address with a key, or `environment/<provider>`. */
  app: string
  delivery_id: string
  expires_at: Date
}
