import type { Executor } from '../db/database.ts'
import { HubError } from '../errors.ts'
import type { Hub } from '../hub.ts'
import { eventsPublished } from '../metrics/registry.ts'
import { prepareEvent, type NewEvent, type PreparedEvent } from './payload.ts'
import { publishQueueOf } from './publish-queue.ts'
import { runOnExecutor } from './write-events.ts'
import { writeMatched } from './write-matched.ts'

export type { NewEvent } from './payload.ts'

export interface PublishedEvent {
  /** The hub's id, which is also the `webhook-id` that receivers see. */
  id: string
  /** Whether the caller's event id was there before: the id is that of the first result. */
  repeated: boolean
}

/**
 * Writes events and what they make due, in the caller's transaction: an event is published exactly when the change that
 * it tells of stands. Outside a transaction they commit together, and may share their commit with others.
 * @throws HubError `INVALID_REQUEST`, `BODY_TOO_LARGE`, `EVENT_ID_CONFLICT` when a caller's event id was used for another body
 */
export async function publishEvents(
  hub: Hub,
  db: Executor,
  workspaceId: string,
  events: NewEvent[],
): Promise<PublishedEvent[]> {
  const prepared = events.map(event => prepareEvent(workspaceId, event))
  if (prepared.length === 0) return []
  const written = db.isTransaction
    ? await writeMatched(hub, db, runOnExecutor(db), prepared)
    : await publishQueueOf(hub).add(prepared)
  // In a transaction nobody knows when it commits: the dispatchers' poll finds what it made due.
  hub.wake.soon()
  const published = await resolveRepeats(db, workspaceId, prepared, written)
  eventsPublished.inc(published.filter(event => !event.repeated).length)
  return published
}

async function resolveRepeats(
  db: Executor,
  workspaceId: string,
  events: readonly PreparedEvent[],
  written: ReadonlySet<string>,
): Promise<PublishedEvent[]> {
  const repeats = events.filter(event => event.callerId !== null && !written.has(event.id))
  if (repeats.length === 0) return events.map(({ id }) => ({ id, repeated: false }))
  const rows = await db
    .selectFrom('event_keys')
    .select(['key', 'event_id', 'body_hash'])
    .where('workspace_id', '=', workspaceId)
    .where('key', 'in', [...new Set(repeats.map(event => event.callerId!))])
    .execute()
  const first = new Map(rows.map(row => [row.key, row]))
  return events.map(({ id, callerId, hash }) => {
    if (callerId === null || written.has(id)) return { id, repeated: false }
    const known = first.get(callerId)
    if (!known || !hash || !known.body_hash.equals(hash)) {
      throw new HubError('EVENT_ID_CONFLICT', { details: { eventId: callerId } })
    }
    return { id: known.event_id, repeated: true }
  })
}
