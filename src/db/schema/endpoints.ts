import type { Generated, JSONColumnType } from 'kysely'
import type { EndpointMode } from '../../delivery/contract.ts'

/** Where a workspace's events are delivered to. Its signing secrets and header values are in `credentials`. */
export interface EndpointsTable {
  id: string
  workspace_id: string
  url: string
  description: string | null
  metadata: JSONColumnType<Record<string, string>>
  /** Patterns such as `invoice.paid`, `invoice.*` or `*`. */
  event_types: Generated<string[]>
  /** The names of its own headers; their values are sealed. */
  header_names: Generated<string[]>
  timeout_ms: Generated<number>
  retry_delays_ms: number[] | null
  /** How many requests may be under way to it from one process; the hub's own bound when null. */
  max_in_flight: number | null
  /** Who may send to it. */
  mode: Generated<EndpointMode>
  /** Raised whenever the mode changes: what acts for an earlier epoch has no say any more. */
  epoch: Generated<number>
  /** Raised whenever its configuration changes: what processes keep of it is keyed by this. */
  version: Generated<number>
  /** Attempts without a success since `failing_since`. */
  failures: Generated<number>
  failing_since: Date | null
  /** A delivery that failed since then, and whether others did too: one poisonous payload is not a dead endpoint. */
  failing_delivery_id: string | null
  failing_several: Generated<boolean>
  failing_notified_at: Date | null
  /** The class of the last error, such as `timeout` or `status 503`. */
  last_error: string | null
  next_probe_at: Date | null
  disabled_reason: 'by_hand' | 'failing' | 'gone' | null
  disabled_at: Date | null
  created_at: Generated<Date>
  updated_at: Generated<Date>
}
