import type { Executor } from '../../db/database.ts'
import type { Selectable } from 'kysely'
import type { EventsTable } from '../../db/schema/events.ts'
import { behind, type Position } from '../../db/keyset.ts'
import { HubError } from '../../errors.ts'
import { lowestIdAt } from '../../ids.ts'
import { instantOf } from '../mint.ts'

export interface StoredEvent {
  id: string
  type: string
  eventId: string | null
  channels: string[]
  orderingKey: string | null
  /** Not delivered before; null for at once. */
  deliverAt: Date | null
  size: number
  publishedAt: Date
}

/** An event with its payload as it is sent. */
export interface EventWithPayload extends StoredEvent {
  /** Null when it is no longer kept. */
  body: Buffer | null
  /** When a person had it erased. */
  payloadErasedAt: Date | null
}

export interface EventFilter {
  type?: string | undefined
  /** Published at this instant or later, and before that one. */
  from?: Date | undefined
  to?: Date | undefined
}

const columns = ['events.id', 'events.type', 'caller_id', 'channels', 'ordering_key', 'deliver_at', 'size'] as const

/** Newest first. Index: events_by_workspace, or events_by_type. */
export async function listEvents(
  db: Executor,
  workspaceId: string,
  list: { after: Position | undefined; limit: number } & EventFilter,
): Promise<StoredEvent[]> {
  let query = db
    .selectFrom('events')
    .select(columns)
    .where('workspace_id', '=', workspaceId)
    .where(behind(list.after))
    .orderBy('id', 'desc')
    .limit(list.limit)
  if (list.type !== undefined) query = query.where('type', '=', list.type)
  if (list.from !== undefined) query = query.where('id', '>=', idAt(list.from))
  if (list.to !== undefined) query = query.where('id', '<', idAt(list.to))
  return (await query.execute()).map(storedEvent)
}

/** An event with its payload as it is sent; without one when its time is over. @throws HubError `EVENT_NOT_FOUND` */
export async function findEvent(db: Executor, workspaceId: string, id: string): Promise<EventWithPayload> {
  const row = await db
    .selectFrom('events')
    .leftJoin('event_payloads', join =>
      join
        .onRef('event_payloads.event_id', '=', 'events.id')
        .onRef('event_payloads.payload_days', '=', 'events.payload_days'),
    )
    .select([...columns, 'event_payloads.body', 'events.payload_erased_at'])
    .where('events.workspace_id', '=', workspaceId)
    .where('events.id', '=', id)
    .executeTakeFirst()
  if (!row) throw new HubError('EVENT_NOT_FOUND')
  return { ...storedEvent(row), body: row.body, payloadErasedAt: row.payload_erased_at }
}

/** Ids begin in 1970. */
function idAt(at: Date): string {
  return lowestIdAt('event', new Date(Math.max(0, at.getTime())))
}

type Row = Pick<
  Selectable<EventsTable>,
  'id' | 'type' | 'caller_id' | 'channels' | 'ordering_key' | 'deliver_at' | 'size'
>

function storedEvent({ id, type, size, ...row }: Row): StoredEvent {
  return {
    id,
    type,
    eventId: row.caller_id,
    channels: row.channels ?? [],
    orderingKey: row.ordering_key,
    deliverAt: row.deliver_at,
    size,
    publishedAt: new Date(instantOf(id)),
  }
}
