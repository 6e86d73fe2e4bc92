import type { ColumnType, Generated } from 'kysely'

type Values = Record<string, unknown>

/** A record and the platform's thing that it stands for, in one sync, with what was last seen on both sides. */
export interface RecordLinksTable {
  workspace_id: string
  sync_id: string
  record_id: string
  /** Null while the thing is being made at the platform. */
  external_id: string | null
  external_version: string | null
  /** When the platform says that what was last seen had changed; null where it does not say. */
  external_updated_at: Date | null
  /** SHA-256 of the mapped fields as the platform last had them. */
  external_hash: Buffer | null
  /** The record's version that the two sides last agreed on. */
  record_version: Generated<number>
  /** The mapped fields as the platform last had them, but for those in conflict: what both sides last agreed on. */
  base: ColumnType<Values | null, string | null, string | null>
  /** `skipped`: a person has left it so, until the item or the record changes. */
  state: Generated<'ok' | 'conflict' | 'error' | 'skipped'>
  /** The thing is gone at the platform. */
  gone: Generated<boolean>
  /** Field by field what the two sides have; `deleted` where one side deleted what the other changed. */
  conflict: ColumnType<LinkConflict | null, string | null, string | null>
  error_code: string | null
  /** What the platform said of a row that it refused, cut short, and its code for it. Shown to the workspace alone. */
  error_message: string | null
  provider_code: string | null
  failures: Generated<number>
  retry_at: Date | null
  /** Where on the platform's list an item stood that could not be told by an id. */
  place: string | null
  /** A write is under way: the key of its call in `push_calls`. */
  push_key: string | null
  /** Field by field what the platform made of what it was told. */
  echoes: ColumnType<Echoes | null, string | null, string | null>
  /** The fields that could not be taken or told, and why; the rest was. */
  field_errors: ColumnType<FieldErrors | null, string | null | undefined, string | null>
  updated_at: Generated<Date>
}

/**
 * By canonical path. `FIELD_UNFIT`: what the platform has does not fit the field, which keeps what both sides agreed on.
 * `FIELD_UNTOLD`: the platform cannot be told the record's value. `REFERENCE_UNKNOWN`: the platform names something that the
 * connection's sync of its model should know and does not: the field is empty until it does.
 */
export type FieldErrors = Record<string, FieldErrorCode>
export type FieldErrorCode = 'FIELD_UNFIT' | 'FIELD_UNTOLD' | 'REFERENCE_UNKNOWN'

/** A record whose field names something that is not there yet. */
export interface WaitingReferencesTable {
  workspace_id: string
  /** The link whose record waits. */
  sync_id: string
  record_id: string
  /** The canonical path of the field; in a list with the number of the object. */
  path: string
  /** Whose model it waits for. */
  connection_id: string
  model: string
  /** The item that has no record yet; or the record that is not at the platform yet. */
  external_id: string | null
  target_id: string | null
}

export interface LinkConflict {
  fields: Record<string, { base?: unknown; hub?: unknown; provider?: unknown }>
  deleted?: 'hub' | 'provider'
}

/** By canonical path. */
export type Echoes = Record<string, FieldEcho>

export interface FieldEcho {
  /** What the platform was last told and answered as it was told; a later sighting may show what it made of it. */
  told?: unknown
  /** What came of what was sent, the latest first. */
  pairs: { sent?: unknown; got?: unknown; seen: number }[]
}
