import type { Generated, GeneratedAlways, JSONColumnType } from 'kysely'

/**
 * Who may send to an endpoint. `open`: the dispatcher. `recovering`: the probes of its recovery only. `draining`: the
 * dispatcher, as much as the recovery released. `paused`, `disabled`: nobody; what waits stays, or fails.
 */
export type EndpointMode = 'open' | 'recovering' | 'draining' | 'paused' | 'disabled'

export type SignatureScheme = 'v1' | 'v1a'

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
  /** How many requests may be under way to it at once; the hub's own bound for each process when null. */
  max_in_flight: number | null
  /** It gets only events in one of these channels; null for all events, in channels or not. */
  channels: string[] | null
  /** A condition on the event's data. */
  filter: JSONColumnType<Record<string, unknown> | null, string | null, string | null>
  /** Each event waits for the one before it with the same ordering key. */
  ordered: Generated<boolean>
  /** How many events one POST may hold. */
  batch_size: Generated<number>
  /** At most so many requests in so many seconds. */
  rate_requests: number | null
  rate_seconds: number | null
  /** The prefix of the headers that carry id, timestamp and signature. */
  header_style: Generated<'webhook' | 'svix'>
  /** The schemes it is signed with: `v1` (HMAC-SHA256), `v1a` (ed25519). */
  signatures: Generated<SignatureScheme[]>
  /** What its `v1a` signatures are verified with; null until it was first signed so. */
  public_key: string | null
  /** When its client certificate ends; null when it has none. */
  certificate_expires_at: Date | null
  /** When its URL last answered a test event as it should. */
  verified_at: Date | null
  /** The test event that was last sent to this URL and has not succeeded yet. */
  test_event_id: string | null
  /** Its deliveries go through its gate: one process at a time sends to it, so that order and limits hold. */
  gated: GeneratedAlways<boolean>
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
  /** When it was last asked whether the network is there, while all deliveries paused. */
  outage_probe_at: Date | null
  disabled_reason: 'by_hand' | 'failing' | 'gone' | null
  disabled_at: Date | null
  created_at: Generated<Date>
  updated_at: Generated<Date>
}
