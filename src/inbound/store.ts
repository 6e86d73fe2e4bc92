import { writeAudit } from '../audit/log.ts'
import type { Executor } from '../db/database.ts'
import { deleteExpired } from '../db/expire.ts'
import { behind, type Position } from '../db/keyset.ts'
import type { InboundStatus } from '../db/schema/inbound.ts'
import { HubError } from '../errors.ts'
import { lowestIdAt } from '../ids.ts'
import type { ConnectionParts } from '../connections/parts.ts'
import { inboundWakeOf } from './wake.ts'

/** A provider's webhook as its workspace sees it. */
export interface InboundEvent {
  id: string
  provider: string
  providerAppId: string | null
  connectionId: string | null
  /** The address with a key that it came to. */
  addressId: string | null
  /** The source that it came from. */
  sourceId: string | null
  accountId: string | null
  type: string
  deliveryId: string
  status: InboundStatus
  errorCode: string | null
  receivedAt: Date
  handledAt: Date | null
}

export interface InboundEventWithBody extends InboundEvent {
  headers: Record<string, string>
  body: Buffer
}

const columns = [
  'id',
  'provider',
  'provider_app_id as providerAppId',
  'connection_id as connectionId',
  'address_id as addressId',
  'source_id as sourceId',
  'account_id as accountId',
  'type',
  'delivery_id as deliveryId',
  'status',
  'error_code as errorCode',
  'received_at as receivedAt',
  'handled_at as handledAt',
] as const

export interface InboundFilter {
  provider?: string | undefined
  status?: InboundStatus | undefined
  connectionId?: string | undefined
  type?: string | undefined
  sourceId?: string | undefined
  /** The instants of arrival: from this one to before the other. */
  receivedAfter?: Date | undefined
  receivedBefore?: Date | undefined
  after?: Position | undefined
  limit: number
}

/** A workspace's inbound events behind a position, newest first; indexes inbound_events_by_workspace and _by_connection. */
export function listInboundEvents(db: Executor, workspaceId: string, filter: InboundFilter): Promise<InboundEvent[]> {
  let query = db.selectFrom('inbound_events').select(columns).where('workspace_id', '=', workspaceId)
  if (filter.provider !== undefined) query = query.where('provider', '=', filter.provider)
  if (filter.status !== undefined) query = query.where('status', '=', filter.status)
  if (filter.connectionId !== undefined) query = query.where('connection_id', '=', filter.connectionId)
  if (filter.type !== undefined) query = query.where('type', '=', filter.type)
  if (filter.sourceId !== undefined) query = query.where('source_id', '=', filter.sourceId)
  if (filter.receivedAfter !== undefined)
    query = query.where('id', '>=', lowestIdAt('inboundEvent', filter.receivedAfter))
  if (filter.receivedBefore !== undefined)
    query = query.where('id', '<', lowestIdAt('inboundEvent', filter.receivedBefore))
  return query.where(behind(filter.after)).orderBy('id', 'desc').limit(filter.limit).execute()
}

/** @throws HubError `INBOUND_EVENT_NOT_FOUND` */
export async function findInboundEvent(db: Executor, workspaceId: string, id: string): Promise<InboundEventWithBody> {
  const event = await db
    .selectFrom('inbound_events')
    .select([...columns, 'headers', 'body'])
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .executeTakeFirst()
  if (!event) throw new HubError('INBOUND_EVENT_NOT_FOUND')
  return event
}

/**
 * Has an inbound event routed once more: after its connection was made, or for a receiver that lost what it got.
 * @throws HubError `INBOUND_EVENT_NOT_FOUND`; `CONFLICT` while it still waits to be routed
 */
export async function replayInboundEvent(
  hub: ConnectionParts,
  workspaceId: string,
  id: string,
  actor: string,
): Promise<InboundEvent> {
  const event = await hub.db.transaction().execute(async trx => {
    const found = await trx
      .updateTable('inbound_events')
      .set({ status: 'received', handled_at: null })
      .where('workspace_id', '=', workspaceId)
      .where('id', '=', id)
      .where('status', 'in', ['routed', 'unmatched', 'failed'])
      .returning([...columns, 'body'])
      .executeTakeFirst()
    if (!found) {
      await findInboundEvent(trx, workspaceId, id)
      throw new HubError('CONFLICT', { message: 'This event still waits to be routed.' })
    }
    const { body, ...shown } = found
    await trx
      .insertInto('inbound_queue')
      .values({ event_id: id, provider: found.provider, provider_app_id: found.providerAppId, bytes: body.length })
      .execute()
    await writeAudit(trx, { workspaceId, actor, action: 'inbound_event.replayed', subjectId: id })
    return shown
  })
  inboundWakeOf(hub).soon()
  return event
}

/** Forgets delivery ids past their time, at most `limit`; gives how many. Index inbound_keys_by_expiry. */
export function expireInboundKeys(hub: ConnectionParts, limit: number): Promise<number> {
  return deleteExpired(hub.pool, 'inbound_keys', 'app, delivery_id', limit)
}
