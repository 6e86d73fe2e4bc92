import type { HubSchedule } from '../temporal/schedules.ts'

// How many days are kept: of what is in partitions in src/db/partitions.ts, of the rest in src/config.ts.

/** What is forgotten, or ended, row by row in small batches, because it is in no partition of its day. */
export const expiringKinds = [
  'idempotency_keys',
  'inbound_keys',
  'event_keys',
  'rate_limits',
  'waiting_deliveries',
  'replays',
  'audit_log',
  'connect_attempts',
  'sync_runs',
  'tombstones',
  'connection_imports',
] as const

export type ExpiringKind = (typeof expiringKinds)[number]

export interface EnforceRetentionInput {
  /** How many rows one statement deletes. */
  batchSize: number
  /** What is to expire; a run that was started before this was said knows the first six kinds only. */
  kinds?: ExpiringKind[]
}

/** What one pass did; null for a part that failed. */
export interface RetentionResult {
  partitionsMade: number | null
  partitionsDropped: number | null
  expired: Partial<Record<ExpiringKind, number | null>>
}

/** Every hour: partitions are there in time even when the hub was off for weeks, and no pass has much to delete. */
export const retentionSchedules: HubSchedule[] = [
  {
    id: 'enforce-retention',
    everyMs: 3_600_000,
    jitterMs: 300_000,
    workflow: 'enforceRetention',
    workflowId: 'enforce-retention',
    input: { batchSize: 1_000, kinds: [...expiringKinds] } satisfies EnforceRetentionInput,
    summary: 'Makes partitions ahead, drops what has been kept long enough, forgets expired keys',
  },
]
