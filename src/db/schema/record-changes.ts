import type { ColumnType, Generated, JSONColumnType } from 'kysely'

/** One change of a record, or something else that became of it at a platform. Its creation is in the record itself. */
export interface RecordChangesTable {
  id: string
  workspace_id: string
  record_id: string
  at: Generated<Date>
  kind: RecordChangeKind
  /** The record's version from then on. */
  version: number
  /** The id of an API key or of a sync. */
  actor: string
  run_id: string | null
  /** The conflict policy that decided, where both sides had changed. */
  policy: string | null
  fields: JSONColumnType<ChangedField[]>
  push: ColumnType<PushedItem | null, string | null, never>
}

export const recordChangeKinds = [
  'updated',
  'deleted',
  'restored',
  'pushed',
  /** Both sides had changed it, and the hub's side stays; or it waits for a person. */
  'kept',
  'held',
  /** A person decided what was held. */
  'resolved',
  'joined',
  'skipped',
] as const

export type RecordChangeKind = (typeof recordChangeKinds)[number]

/** One field of a change. A value that is too long to keep is left out, and `cut` says so. */
export interface ChangedField {
  path: string
  before?: unknown
  after?: unknown
  cut?: true
  /** Both sides had changed it: which one won, or that it waits for a person. */
  winner?: 'hub' | 'provider' | 'held'
  /** What the side that lost had. */
  lost?: unknown
  /** The platform's own form of what it was told. */
  echo?: true
}

/** What a platform was told and has taken. */
export interface PushedItem {
  kind: 'create' | 'update' | 'delete'
  externalId: string | null
  /** The version that it accepted, where it counts versions. */
  externalVersion: string | null
}
