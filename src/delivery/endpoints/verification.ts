import type pg from 'pg'
import type { Result } from '../dispatch/recording/result.ts'

/**
 * Marks endpoints as verified whose test event was answered 2xx. A success counts only while the endpoint waits for that very
 * event, so it does not verify a URL that has changed since.
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
