/** The callers' own event ids: a repeat answers with the first result. They expire in small batches. */
export interface EventKeysTable {
  workspace_id: string
  key: string
  event_id: string
  /** SHA-256 of type and data: the same id with another body is refused. */
  body_hash: Buffer
  expires_at: Date
}
