import { setTimeout as sleep } from 'node:timers/promises'
import { Context } from '@temporalio/activity'
import { expireAudit } from '../src/audit/expire.ts'
import { expireAttempts } from '../src/connections/attempts/expire-attempts.ts'
import { expireImports } from '../src/connections/imports/expire-imports.ts'
import { createPartitions, dropExpiredPartitions } from '../src/db/partitions.ts'
import { expireEndpointVersions } from '../src/delivery/endpoints/endpoint-versions.ts'
import { expireEventKeys } from '../src/delivery/events/event-keys.ts'
import { expireWaiting } from '../src/delivery/by-hand/expire-waiting.ts'
import { expireReplays } from '../src/delivery/by-hand/replay-store.ts'
import { expireIdempotencyKeys } from '../src/http/idempotency/idempotency-store.ts'
import type { Hub } from '../src/hub.ts'
import { expireEarlierSecrets } from '../src/inbound/secrets.ts'
import { expireRefusals } from '../src/inbound/refusals.ts'
import { expireInboundReplays } from '../src/inbound/replays/store.ts'
import { expireInboundKeys } from '../src/inbound/store.ts'
import { expireWebhookSecrets } from '../src/provider-apps/webhook-secrets.ts'
import { expireRateLimits } from '../src/limits/permit-store.ts'
import { expireRuns, expireTombstones } from '../src/sync/records/expire.ts'
import type { ExpiringKind } from '../src/retention/contract.ts'

type Expire = (hub: Hub, limit: number) => Promise<number>

const expirations: Record<ExpiringKind, Expire> = {
  // A few rows of what endpoints looked like go with them.
  async idempotency_keys(hub, limit) {
    await expireEndpointVersions(hub, limit)
    return expireIdempotencyKeys(hub, limit)
  },
  // So do the few webhook secrets whose overlap is over, replays and counts of refusals.
  async inbound_keys(hub, limit) {
    await expireWebhookSecrets(hub, limit)
    await expireEarlierSecrets(hub, limit)
    await expireInboundReplays(hub.db, limit)
    await expireRefusals(hub.pool, limit)
    return expireInboundKeys(hub, limit)
  },
  event_keys: expireEventKeys,
  rate_limits: (hub, limit) => expireRateLimits(hub.pool, limit),
  waiting_deliveries: expireWaiting,
  replays: (hub, limit) => expireReplays(hub.db, limit),
  connect_attempts: expireAttempts,
  sync_runs: (hub, limit) => expireRuns(hub.db, hub.config.retention.syncRunDays, limit),
  tombstones: (hub, limit) => expireTombstones(hub.db, hub.config.retention.tombstoneDays, limit),
  connection_imports: expireImports,
  audit_log: (hub, limit) => expireAudit(hub.pool, hub.config.retention.auditDays, limit),
}

/** Between batches, so that deleting is never what the database is busy with. */
const restMs = 50

export function createRetentionActivities(hub: Hub) {
  return {
    /** Makes the daily partitions of the two weeks to come; gives how many were missing. */
    async makePartitions(): Promise<number> {
      return createPartitions(hub.db)
    },

    /** Drops the partitions that have been kept long enough; gives how many. */
    async dropPartitions(): Promise<number> {
      // A record's history names runs: it is kept as long as they are.
      return (await dropExpiredPartitions(hub, { record_changes: hub.config.retention.syncRunDays })).length
    },

    /** Deletes what has expired in small batches until none is left; gives how many rows. */
    async expireRows(kind: ExpiringKind, batchSize: number): Promise<number> {
      const context = Context.current()
      let rows = 0
      for (;;) {
        const deleted = await expirations[kind](hub, batchSize)
        rows += deleted
        if (deleted < batchSize) return rows
        context.heartbeat()
        await sleep(restMs, undefined, { signal: context.cancellationSignal })
      }
    },
  }
}
