/** Attempts that were not the last one of their delivery. Partitioned by the day of the delivery. */
export interface DeliveryAttemptsTable {
  delivery_id: string
  number: number
  workspace_id: string
  endpoint_id: string | null
  sent_at: Date
  duration_ms: number
  status_code: number | null
  error: string | null
  answer: Buffer | null
  /** Where a redirect led. */
  location: string | null
  worker: string
  /** The version of the endpoint's configuration that it was sent with. */
  endpoint_version: number | null
}
