import type { Generated, JSONColumnType } from 'kysely'

/** Where something stands in what a source sends. */
export type SourceField = { header: string } | { path: string }

/** A sender of webhooks that is no platform. */
export interface InboundSourcesTable {
  id: string
  workspace_id: string
  /** What its events' types begin with. */
  slug: string
  name: string
  /** As the schema of platforms' webhooks has them. */
  scheme: JSONColumnType<object>
  type_from: JSONColumnType<SourceField> | null
  delivery_id_from: JSONColumnType<SourceField> | null
  /** The SHA-256 of the key in its address, where that is what proves the sender. */
  key_hash: Buffer | null
  key_before_hash: Buffer | null
  key_overlap_ends_at: Date | null
  secret_overlap_ends_at: Date | null
  created_at: Generated<Date>
  updated_at: Generated<Date>
}
