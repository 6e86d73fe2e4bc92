/** The bytes that are signed and sent. Partitioned by retention class, then by day. */
export interface EventPayloadsTable {
  payload_days: number
  event_id: string
  body: Buffer
}
