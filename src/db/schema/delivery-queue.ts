import type { Generated } from 'kysely'

/** Deliveries that wait. Small: the statement that records the final attempt moves the row to `deliveries`. */
export interface DeliveryQueueTable {
  /** Its first 10 characters after the prefix are its event's: the deliveries of an event are one range of ids. */
  id: string
  workspace_id: string
  endpoint_id: string
  event_id: string
  due_at: Generated<Date>
  leased_until: Date | null
  /** Raised by every claim: a result is recorded only under the lease that it was sent under. */
  lease: Generated<number>
  size: number
  payload_days: number
  /** Attempts made. */
  attempts: Generated<number>
  /** The position in the retry schedule; a resend begins it anew. */
  step: Generated<number>
  /** Waits for its endpoint (recovering, paused, saturated): the general claim does not see it. */
  held: Generated<boolean>
  last_error: string | null
  /** It goes through its endpoint's gate: it is always held, and no general claim or release sees it. */
  gated: Generated<boolean>
  /** Of an ordered endpoint's delivery: those with one key are sent in the order of their sequence. */
  ordering_key: string | null
  sequence: number | null
}
