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
  /** The channels it was published in; null for none. */
  channels: string[] | null
  /** What ordered endpoints keep their order by; null for the endpoint's one line. */
  ordering_key: string | null
  /** Not to be delivered before; null for at once. */
  deliver_at: Date | null
  /** When a person had its payload erased. */
  payload_erased_at: Date | null
}
