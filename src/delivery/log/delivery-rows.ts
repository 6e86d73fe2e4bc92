import { instantOf } from '../mint.ts'

export const waitingStatuses = ['pending', 'retrying', 'held'] as const
export const finishedStatuses = ['delivered', 'failed', 'cancelled'] as const
export type WaitingStatus = (typeof waitingStatuses)[number]
export type FinishedStatus = (typeof finishedStatuses)[number]
export type DeliveryStatus = WaitingStatus | FinishedStatus

export function isWaiting(status: DeliveryStatus): status is WaitingStatus {
  return (waitingStatuses as readonly string[]).includes(status)
}

/** One event's way to one endpoint. */
export interface Delivery {
  id: string
  endpointId: string
  eventId: string
  type: string
  status: DeliveryStatus
  reason: string | null
  attempts: number
  error: string | null
  createdAt: Date
  /** When the next attempt is due; null when it is finished or held. */
  nextAttemptAt: Date | null
  finishedAt: Date | null
}

/** A row of either table, as `waitingColumns` and `finishedColumns` name it, with its event's type. */
export interface DeliveryRow {
  id: string
  endpoint_id: string
  event_id: string
  type: string | null
  status: DeliveryStatus
  reason: string | null
  attempts: number
  error: string | null
  next_attempt_at: Date | null
  finished_at: Date | null
}

/**
 * Whether a row of `delivery_queue q` waits for its endpoint. Those of gated endpoints are always marked so, and wait only while
 * their endpoint is not served.
 */
const isHeld = `(q.held and (not q.gated
  or (select h.mode from endpoints h where h.id = q.endpoint_id) in ('recovering', 'paused', 'disabled')))`

/** Of `delivery_queue q`. */
export const waitingColumns = `q.id, q.endpoint_id, q.event_id,
  case when ${isHeld} then 'held' when q.attempts > 0 then 'retrying' else 'pending' end as status, null as reason, q.attempts,
  q.last_error as error, case when ${isHeld} then null else q.due_at end as next_attempt_at, null::timestamptz as finished_at`

/** Of `deliveries d`. */
export const finishedColumns = `d.id, d.endpoint_id, d.event_id, d.status, d.reason, d.attempts, d.error,
  null::timestamptz as next_attempt_at, d.finished_at`

export function deliveryOf(row: DeliveryRow): Delivery {
  return {
    id: row.id,
    endpointId: row.endpoint_id,
    eventId: row.event_id,
    type: row.type ?? '',
    status: row.status,
    reason: row.reason,
    attempts: row.attempts,
    error: row.error,
    createdAt: new Date(instantOf(row.id)),
    nextAttemptAt: row.next_attempt_at,
    finishedAt: row.finished_at,
  }
}
