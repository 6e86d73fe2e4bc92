import type { ColumnType, JSONColumnType } from 'kysely'

type Values = Record<string, unknown>

/** A call that writes to a platform and has no recorded answer yet, as it was first sent: a repeat says the very same. */
export interface PushCallsTable {
  sync_id: string
  /** Its idempotency key, where the platform takes one; the links that it writes name it. */
  key: string
  workspace_id: string
  /** In the order in which they were sent. */
  items: JSONColumnType<PushItem[]>
  noted_at: ColumnType<Date, never, never>
  /** When it may have reached the platform for the first time. */
  sent_at: Date | null
}

/** One write of a call, whatever has become of the record since. */
export interface PushItem {
  recordId: string
  write: PushWrite
  /** The mapped fields that the platform is to have afterwards, by canonical path. */
  values: Values
}

/** What the platform is told of one thing. */
export type PushWrite =
  | { kind: 'create'; body: Values }
  | { kind: 'update'; externalId: string; version: string | null; body: Values }
  | { kind: 'delete'; externalId: string; version: string | null }
