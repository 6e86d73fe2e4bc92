import type pg from 'pg'
import type { Result } from '../dispatch/recording/result.ts'

/**
 * Notes the endpoints whose test event was answered 2xx. It counts only while the endpoint still waits for that event: a
 * URL that has changed since is not verified by it.
 */
export async function noteVerified(db: pg.Pool | pg.PoolClient, results: readonly Result[]): Promise<void> {
  for (const { delivery, verdict, outcome } of results) {
    if (outcome?.testEventId !== delivery.eventId || verdict.kind !== 'delivered') continue
    await db.query({
      name: 'endpoint-verified',
      text: `update endpoints set verified_at = to_timestamp($4::float8 / 1000), test_event_id = null
        where workspace_id = $1 and id = $2 and test_event_id = $3`,
      values: [delivery.workspaceId, delivery.endpointId, delivery.eventId, outcome.sentAt + outcome.durationMs],
    })
  }
}
