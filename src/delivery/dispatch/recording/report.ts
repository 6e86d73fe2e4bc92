import type pg from 'pg'
import { databaseOn } from '../../../db/database.ts'
import type { DeliveryParts } from '../../parts.ts'
import { eventsPublished } from '../../../metrics/registry.ts'
import { isReport, reportTypes } from '../../events/types/event-types.ts'
import type { ErrorClass } from '../../sending/failure.ts'
import { prepareEvent } from '../../events/payload.ts'
import { writeMatched } from '../../events/write-matched.ts'
import { runOnPool } from '../../events/write-events.ts'

/** A delivery that has ended, as its report tells of it. */
export interface Ended {
  id: string
  workspaceId: string
  endpointId: string
  eventId: string
  status: 'delivered' | 'failed'
  attempts: number
  statusCode: number | null
  error: ErrorClass | null
  reason: string | null
}

const eventsAtOnce = 1_000

/**
 * Publishes `webhook.delivered` and `webhook.failed` in the transaction in which the deliveries end. Nothing is told of the
 * deliveries of such events, and no endpoint is told of its own. Payloads and URLs are not in them.
 */
export async function publishReports(
  hub: DeliveryParts,
  client: pg.PoolClient,
  ended: readonly Ended[],
): Promise<void> {
  const types = await typesOf(client, ended)
  const db = databaseOn(client)
  const events = ended.flatMap(({ id, workspaceId, endpointId, eventId, status, ...rest }) => {
    const type = types.get(eventId) ?? null
    if (type !== null && isReport(type)) return []
    const data = { deliveryId: id, endpointId, eventId, type, ...rest }
    return prepareEvent(workspaceId, { type: reportTypes[status], data, exceptEndpointId: endpointId })
  })
  for (let from = 0; from < events.length; from += eventsAtOnce) {
    const some = events.slice(from, from + eventsAtOnce)
    await writeMatched(hub, db, runOnPool(client), some)
    eventsPublished.inc(some.length)
  }
}

async function typesOf(client: pg.PoolClient, ended: readonly Ended[]): Promise<Map<string, string>> {
  const { rows } = await client.query<{ id: string; type: string }>({
    name: 'types-of-events',
    text: 'select id, type from events where id = any($1::text[])',
    values: [`{${[...new Set(ended.map(one => one.eventId))].join()}}`],
  })
  return new Map(rows.map(row => [row.id, row.type]))
}
