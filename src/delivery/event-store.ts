import type { Executor } from '../db/database.ts'
import { behind, type Position } from '../db/keyset.ts'
import { HubError } from '../errors.ts'
import { instantOf } from './mint.ts'

export interface StoredEvent {
  id: string
  type: string
  eventId: string | null
  size: number
  publishedAt: Date
}

/** Newest first. Index: events_by_workspace, or events_by_type. */
export async function listEvents(
  db: Executor,
  workspaceId: string,
  list: { after: Position | undefined; limit: number; type?: string | undefined },
): Promise<StoredEvent[]> {
  let query = db
    .selectFrom('events')
    .select(['id', 'type', 'caller_id', 'size'])
    .where('workspace_id', '=', workspaceId)
    .where(behind(list.after))
    .orderBy('id', 'desc')
    .limit(list.limit)
  if (list.type !== undefined) query = query.where('type', '=', list.type)
  return (await query.execute()).map(storedEvent)
}

/** An event with its payload as it is sent; without one when its time is over. @throws HubError `EVENT_NOT_FOUND` */
export async function findEvent(
  db: Executor,
  workspaceId: string,
  id: string,
): Promise<StoredEvent & { body: Buffer | null }> {
  const row = await db
    .selectFrom('events')
    .leftJoin('event_payloads', join =>
      join
        .onRef('event_payloads.event_id', '=', 'events.id')
        .onRef('event_payloads.payload_days', '=', 'events.payload_days'),
    )
    .select(['events.id', 'events.type', 'events.caller_id', 'events.size', 'event_payloads.body'])
    .where('events.workspace_id', '=', workspaceId)
    .where('events.id', '=', id)
    .executeTakeFirst()
  if (!row) throw new HubError('EVENT_NOT_FOUND')
  return { ...storedEvent(row), body: row.body }
}

function storedEvent(row: { id: string; type: string; caller_id: string | null; size: number }): StoredEvent {
  const { id, type, size, caller_id: eventId } = row
  return { id, type, eventId, size, publishedAt: new Date(instantOf(id)) }
}
