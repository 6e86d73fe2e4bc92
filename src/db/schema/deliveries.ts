/** Deliveries that are finished, each with its last attempt. Partitioned by day. */
export interface DeliveriesTable {
  id: string
  workspace_id: string
  endpoint_id: string
  event_id: string
  status: 'delivered' | 'failed' | 'cancelled'
  /** Why it failed or was cancelled, such as `exhausted` or `endpoint_disabled`. */
  reason: string | null
  attempts: number
  finished_at: Date
  sent_at: Date | null
  duration_ms: number | null
  status_code: number | null
  error: string | null
  /** The first 16 KiB of the answer. */
  answer: Buffer | null
  /** Where a redirect led. */
  location: string | null
  worker: string | null
  /** The version of the endpoint's configuration that it was sent with. */
  endpoint_version: number | null
}
