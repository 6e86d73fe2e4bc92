/** Published events; when one was published is in its id. Partitioned by day. */
export interface EventsTable {
  id: string
  workspace_id: string
  type: string
  /** Bytes of its payload. */
  size: number
  /** The retention class of its payload. */
  payload_days: number
  /** The caller's own id for it. */
  caller_id: string | null
}
